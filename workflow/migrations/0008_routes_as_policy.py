"""Drafts of routes, and the database's own guard that a published version never changes (promise P7)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION workflow_refuse_route_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('draft', 'preparing') THEN
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND (NEW IS NOT DISTINCT FROM OLD OR (OLD.status = 'published' AND NEW.status = 'retired' AND
     to_jsonb(NEW) - 'status' - 'retired_at' = to_jsonb(OLD) - 'status' - 'retired_at')) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'route % is % and cannot change: % refused', OLD.id, OLD.status, TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER route_frozen BEFORE UPDATE OR DELETE ON workflow_route
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_route_change();

CREATE FUNCTION workflow_refuse_plan_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one jsonb; up bigint; found text;
BEGIN
  FOREACH one IN ARRAY ARRAY[to_jsonb(OLD), to_jsonb(NEW)] LOOP
    CONTINUE WHEN one IS NULL;
    CASE TG_TABLE_NAME
      WHEN 'workflow_stage' THEN up := one ->> 'route_id';
      WHEN 'workflow_track' THEN
        SELECT s.route_id INTO up FROM workflow_stage s WHERE s.id = (one ->> 'stage_id')::bigint;
      WHEN 'workflow_group' THEN
        SELECT s.route_id INTO up FROM workflow_track t JOIN workflow_stage s ON s.id = t.stage_id
        WHERE t.id = (one ->> 'track_id')::bigint;
      ELSE
        SELECT s.route_id INTO up FROM workflow_group g JOIN workflow_track t ON t.id = g.track_id
        JOIN workflow_stage s ON s.id = t.stage_id WHERE g.id = (one ->> 'group_id')::bigint;
    END CASE;
    SELECT r.status INTO found FROM workflow_route r WHERE r.id = up;
    IF found NOT IN ('draft', 'preparing') THEN
      RAISE EXCEPTION 'route % is % and cannot change: % on % refused', up, found, TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
    END IF;
  END LOOP;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER stage_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_stage
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
CREATE TRIGGER track_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_track
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
CREATE TRIGGER group_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_group
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
CREATE TRIGGER plan_frozen BEFORE INSERT OR UPDATE OR DELETE ON workflow_stepplan
  FOR EACH ROW EXECUTE FUNCTION workflow_refuse_plan_change();
"""
THAWED = """
DROP TRIGGER route_frozen ON workflow_route;
DROP TRIGGER stage_frozen ON workflow_stage;
DROP TRIGGER track_frozen ON workflow_track;
DROP TRIGGER group_frozen ON workflow_group;
DROP TRIGGER plan_frozen ON workflow_stepplan;
DROP FUNCTION workflow_refuse_route_change(), workflow_refuse_plan_change();
"""
SOMEBODY = models.ForeignKey(
    null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
)


class Migration(migrations.Migration):
    """A draft is a document on its route; the rows of a published version are frozen."""

    dependencies = [("workflow", "0007_schedule_unit")]
    operations = [
        migrations.AddField("route", "document", models.JSONField(null=True)),
        migrations.AddField(
            "route",
            "based_on",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="workflow.route"
            ),
        ),
        migrations.AddField("route", "edited_at", models.DateTimeField(null=True)),
        migrations.AddField("route", "edited_by", SOMEBODY.clone()),
        migrations.AddField("route", "published_by", SOMEBODY.clone()),
        migrations.AddField("route", "retired_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddConstraint(
            "route",
            models.UniqueConstraint(
                condition=models.Q(("status", "draft")), fields=("kind", "mode", "unit"), name="route_one_draft"
            ),
        ),
        migrations.RunSQL(FROZEN, THAWED),
    ]
