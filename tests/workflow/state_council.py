"""The holiday notices of the General Office of the State Council, typed off by hand: the independent table.

Per year: number of the notice; spans of days off (from, to) and Saturdays or Sundays that are worked. Sources: the
notices as published on gov.cn and reprinted (2011: Maoming Daily 11 Dec 2010, 2012: gov.cn 6 Dec 2011, 2026: Xinhua
4 Nov 2025). Days named by a notice of another year stand with the year they fall into.
"""

from datetime import date, timedelta

NOTICES: dict[int, tuple[str, list[tuple[str, str]], list[str]]] = {
    2011: (
        "国办发明电〔2010〕40号",
        [
            *[("01-01", "01-03"), ("02-02", "02-08"), ("04-03", "04-05"), ("04-30", "05-02"), ("06-04", "06-06")],
            *[("09-10", "09-12"), ("10-01", "10-07")],
        ],
        ["01-30", "02-12", "04-02", "10-08", "10-09", "12-31"],  # 12-31 by the notice for 2012
    ),
    2012: (
        "国办发明电〔2011〕45号",
        [
            *[("01-01", "01-03"), ("01-22", "01-28"), ("04-02", "04-04"), ("04-29", "05-01"), ("06-22", "06-24")],
            *[("09-30", "10-07")],
        ],
        ["01-21", "01-29", "03-31", "04-01", "04-28", "09-29"],
    ),
    2013: (
        "国办发明电〔2012〕33号",
        [
            *[("01-01", "01-03"), ("02-09", "02-15"), ("04-04", "04-06"), ("04-29", "05-01"), ("06-10", "06-12")],
            *[("09-19", "09-21"), ("10-01", "10-07")],
        ],
        [
            *["01-05", "01-06", "02-16", "02-17", "04-07", "04-27", "04-28", "06-08", "06-09", "09-22", "09-29"],
            *["10-12"],
        ],
    ),
    2024: (
        "国办发明电〔2023〕7号",
        [
            *[("01-01", "01-01"), ("02-10", "02-17"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-10", "06-10")],
            *[("09-15", "09-17"), ("10-01", "10-07")],
        ],
        ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
    ),
    2025: (
        "国办发明电〔2024〕12号",
        [
            *[("01-01", "01-01"), ("01-28", "02-04"), ("04-04", "04-06"), ("05-01", "05-05"), ("05-31", "06-02")],
            *[("10-01", "10-08")],
        ],
        ["01-26", "02-08", "04-27", "09-28", "10-11"],
    ),
    2026: (
        "国办发明电〔2025〕7号",
        [
            *[("01-01", "01-03"), ("02-15", "02-23"), ("04-04", "04-06"), ("05-01", "05-05"), ("06-19", "06-21")],
            *[("09-25", "09-27"), ("10-01", "10-07")],
        ],
        ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
    ),
}


def worked(year: int) -> dict[date, bool]:
    """Every day of the year: is it worked?"""
    _number, off, made_up = NOTICES[year]
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    spans = [(date.fromisoformat(f"{year}-{a}"), date.fromisoformat(f"{year}-{b}")) for a, b in off]
    back = {date.fromisoformat(f"{year}-{one}") for one in made_up}
    return {
        day: day in back or (day.weekday() < 5 and not any(start <= day <= end for start, end in spans)) for day in days
    }


def table(*years: int) -> dict[date, bool]:
    """The same for years in a row."""
    return {day: is_worked for year in years for day, is_worked in worked(year).items()}
