"""Defects of access, of personal numbers, of files and of forms: promises P21 to P28."""

from tests.sabotage.defect import Defect

MATRIX = "tests/security/test_matrix.py"
CANARIES = "tests/security/test_promise_21_canaries.py"
PRIVACY = "tests/agreements/test_privacy.py"
FORMS = "tests/security/test_promise_23_forms.py"
REQUESTS = "tests/security/test_promise_24_requests.py"
ACCOUNTS = "tests/workflow/test_accounts.py"
ADMINS = "tests/workflow/test_promise_25_administrators.py"
WORKBOOK = "tests/agreements/test_workbook.py"
BOOKS = "tests/agreements/test_promise_26_hostile_books.py"
REGISTER = "tests/agreements/test_register.py"
SWEEP = "tests/workflow/test_sweep.py"
FIELDS = "tests/security/test_promise_28_fields.py"

GUARDING = (
    Defect(
        "P21",
        "the page shows the number itself",
        (
            f"{CANARIES}::test_the_page_shows_the_mask_and_nothing_else",
            f"{MATRIX}::test_every_address_answers_everybody_as_reviewed[clerk]",
        ),
        "agreements/queries/page.py",
        "return str(masked) if masked else",
        "return masked.reveal() if masked else",
    ),
    Defect(
        "P21",
        "a masked number prints itself",
        (
            f"{CANARIES}::test_a_broken_page_leaves_no_number_in_its_answer_or_in_the_log",
            f"{PRIVACY}::test_a_masked_number_never_shows_itself",
        ),
        "agreements/privacy.py",
        "made = super().__new__(cls, mask)",
        "made = super().__new__(cls, plain)",
    ),
    Defect(
        "P22",
        "numbers are stored as they are",
        (
            f"{CANARIES}::test_no_row_of_any_table_can_be_read_without_the_key",
            f"{CANARIES}::test_the_write_ahead_log_holds_no_number",
        ),
        "agreements/privacy.py",
        'return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"',
        'return f"{key_id}:{text}"',
    ),
    Defect(
        "P22",
        "a ciphertext of another row is read without a word",
        (f"{PRIVACY}::test_a_ciphertext_moved_to_another_row_is_refused",),
        "agreements/privacy.py",
        "raise Moved() from trouble",
        'return ""',
    ),
    Defect(
        "P22",
        "the index has no key",
        (f"{CANARIES}::test_search_goes_by_a_keyed_index_that_another_key_does_not_reproduce",),
        "agreements/privacy.py",
        "hmac.new(settings.PRIVACY_INDEX_KEY,",
        'hmac.new(b"",',
    ),
    Defect(
        "P22",
        "what the old key wrote is forgotten",
        (f"{CANARIES}::test_what_the_old_key_wrote_is_read_and_the_new_one_writes",),
        "agreements/privacy.py",
        "AESGCM(settings.PRIVACY_KEYS[key_id])",
        "AESGCM(next(iter(settings.PRIVACY_KEYS.values())))",
    ),
    Defect(
        "P23",
        "a draft keeps every field that was sent",
        (f"{FORMS}::test_what_is_sent_beside_a_form_changes_nothing",),
        "agreements/views/drafting.py",
        'names = [one.name for one in TEXTS] + [f"amount_{item}" for item in _items(case)]',
        "names = list(sent)",
    ),
    Defect(
        "P23",
        "a new account is what the form says",
        (f"{FORMS}::test_what_is_sent_beside_a_form_changes_nothing",),
        "workflow/views/staff.py",
        '    return redirect("person", made.pk)',
        '    User.objects.filter(pk=made.pk).update(is_sample="is_sample" in form)\n'
        '    return redirect("person", made.pk)',
    ),
    Defect(
        "P24",
        "no token is asked for",
        (
            f"{REQUESTS}::test_every_unsafe_request_needs_a_token",
            f"{REQUESTS}::test_a_token_sent_from_another_origin_counts_nowhere",
        ),
        "config/settings.py",
        '    "django.middleware.csrf.CsrfViewMiddleware",\n',
        "",
    ),
    Defect(
        "P24",
        "another site's origin is trusted",
        (f"{REQUESTS}::test_a_token_sent_from_another_origin_counts_nowhere",),
        "config/settings.py",
        'CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")',
        'CSRF_TRUSTED_ORIGINS = ["https://*.example"]',
    ),
    Defect(
        "P24",
        "looking into the inbox marks it as read",
        (f"{REQUESTS}::test_every_address_can_be_read_by_somebody_and_writes_nothing",),
        "workflow/views/inbox.py",
        "    today = clock.today()\n",
        "    today = clock.today()\n    commands.mark_read(None, actor=user)\n",
    ),
    Defect(
        "P24",
        "a disabled person stays signed in",
        (f"{REQUESTS}::test_whoever_is_disabled_is_signed_out_everywhere_at_once",),
        "config/settings.py",
        '"django.contrib.auth.backends.ModelBackend"',
        '"django.contrib.auth.backends.AllowAllUsersModelBackend"',
    ),
    Defect(
        "P24",
        "a post that has ended still counts",
        (f"{REQUESTS}::test_whoever_lost_the_post_gets_what_a_former_colleague_gets",),
        "workflow/postings.py",
        "(p.valid_until IS NULL OR p.valid_until >= asked.today)\n    UNION ALL",
        "TRUE\n    UNION ALL",
    ),
    Defect(
        "P24",
        "a lockout locks out an office",
        (f"{ACCOUNTS}::test_a_lockout_is_one_person_at_one_address_not_an_office_and_not_a_leader_from_afar",),
        "config/settings.py",
        'AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]',
        'AXES_LOCKOUT_PARAMETERS = ["ip_address"]',
    ),
    Defect(
        "P24",
        "nobody is locked out",
        (f"{ACCOUNTS}::test_guessing_is_locked_out_and_the_page_says_until_when",),
        "config/settings.py",
        'AXES_LOCKOUT_CALLABLE = "workflow.views.auth.locked_out"',
        "AXES_NEVER_LOCKOUT_WHITELIST, AXES_IP_WHITELIST = True, ['127.0.0.1']",
    ),
    Defect(
        "P25",
        "an administrator may be given another post",
        (f"{ADMINS}::test_no_set_of_roles_holds_an_administrators_beside_another",),
        "workflow/commands/staffing.py",
        "    accounts.ensure_apart(user, role, start, until)\n",
        "",
    ),
    Defect(
        "P25",
        "a post may be lent to an administrator",
        (f"{ADMINS}::test_no_post_is_lent_to_an_administrator_and_none_of_theirs_to_others",),
        "workflow/commands/people.py",
        "    accounts.ensure_apart(substitute, posting.role, start, until)\n",
        "",
    ),
    Defect(
        "P25",
        "an administrator sees families",
        (f"{ADMINS}::test_no_administrator_decides_or_sees_anything_on_the_whole_way",),
        "workflow/policies.py",
        "{Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,",
        "{Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,",
    ),
    Defect(
        "P26",
        "bad cells are passed over and the rest is imported",
        (
            f"{WORKBOOK}::test_a_bad_cell_is_named_and_nothing_is_imported",
            f"{BOOKS}::test_an_odd_cell_is_named_and_nothing_is_imported",
        ),
        "agreements/workbook/reader.py",
        "    if errors:\n        raise Report(errors)",
        "    if len(errors) > 1000:\n        raise Report(errors)",
    ),
    Defect(
        "P26",
        "a damaged sheet is an error of the program",
        (f"{BOOKS}::test_a_hostile_file_is_refused_in_words_and_nothing_is_imported",),
        "agreements/workbook/reader.py",
        "    except CalamineError:\n",
        "    except KeyError:\n",
    ),
    Defect(
        "P26",
        "an ID number stored as a number is taken",
        (f"{BOOKS}::test_a_number_stored_as_a_number_is_refused_although_its_check_digit_fits",),
        "agreements/workbook/reader.py",
        'if column.kind in ("code", "id") and not isinstance(raw, str):',
        "if False:",
    ),
    Defect(
        "P26",
        "an exported cell may begin like a formula",
        (f"{REGISTER}::test_a_csv_opens_in_the_office_program_and_calculates_nothing",),
        "workflow/queries/sheet.py",
        'DANGEROUS = ("=", "+", "-", "@", "\\t", "\\r")',
        'DANGEROUS = ("\\t",)',
    ),
    Defect(
        "P27",
        "after a day of silence everything overdue is sent at once",
        (f"{SWEEP}::test_a_day_of_silence_holds_outside_sending_until_an_operator_confirms",),
        "workflow/commands/heartbeats.py",
        "if silent_since is None or at - silent_since <= LONG_SILENCE:",
        "if True:",
    ),
    Defect(
        "P28",
        "a character that the database takes nowhere reaches the pages",
        (f"{FIELDS}::test_a_character_the_database_takes_nowhere_is_refused_at_every_address",),
        "workflow/views/refusals.py",
        'NUL = "\\x00"',
        'NUL = "\\x00\\x00"',
    ),
)
