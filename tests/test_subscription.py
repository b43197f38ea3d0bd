"""A subscription that would not do what it says is refused when the settings are read, in one line."""

from typing import Any

import pytest
from pydantic import ValidationError

from seeds.subscription import WEEKDAYS, WORKDAYS, Subscription


def make(**values: Any) -> Subscription:
    return Subscription.model_validate(
        {"name": "desk", "notifier": "email", "recipients": ["desk@city.example"], **values}
    )


@pytest.mark.parametrize(("values", "said"), [
    ({"zone": "Asia/Soul"}, "did you mean 'Asia/Seoul'"),
    ({"weekday": "friday"}, "weekday is for schedule = 'weekly', and this one is 'daily'"),
    ({"weekday": "Friday", "schedule": "weekly"}, "Input should be 'monday'"),
    ({"schedule": "instant", "hour": 9}, "hour has no meaning with schedule = 'instant'"),
    ({"schedule": "hourly"}, "Input should be 'daily', 'weekdays', 'weekly' or 'instant'"),
    ({"keywords": [" "]}, "at least 1 character"),
    ({"keywords": ["*"]}, "'*' has no letter and no digit"),
    ({"languages": ["kr"]}, "'kr' is no language; did you mean 'ko'?"),
    ({"languages": ["Korean"]}, "'Korean' is no language"),
    ({"min_score": 60}, "less than or equal to 1"),
    ({"recipients": ["desk"]}, "no recipient 'desk'; an address such as"),
    ({"recipients": ["a@b.example, c@d.example"]}, "no recipient 'a@b.example, c@d.example'"),
    ({"recipients": ["desk@city.example\nBcc: x@y.example"]}, "no recipient"),
    ({"notifier": "slack", "recipients": [" "]}, "no recipient ' '"),
    ({"notifier": "webhook", "recipients": ["city.example/hook"]}, "an address such as 'https://"),
    ({"notifier": "webhook", "recipients": ["https://user:word@city.example/hook"]}, "no recipient"),
    ({"notifier": "apprise", "recipients": ["#channel"]}, "a tag of Apprise's own file"),
    ({"notifier": "apprise", "recipients": ["ntfy://city.example/topic"]}, "a tag of Apprise's own file"),
])
def test_what_cannot_work_is_refused_with_its_reason(values: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make(**values)

    assert said in str(refused.value)


@pytest.mark.parametrize("values", [
    {"schedule": "weekly", "weekday": "friday"},
    {"schedule": "instant"},
    {"weekday": "monday"},
    {"keywords": ["farm*", " 계절근로자 "]},
    {"languages": ["ko", "vi"]},
    {"min_score": 0.6},
    {"recipients": ["mỹ@thành-phố.example"]},
    {"notifier": "slack", "recipients": ["#local-news"]},
    {"notifier": "webhook", "recipients": ["https://city.example:8443/hook?to=a"]},
    {"notifier": "apprise", "recipients": ["foreign-desk"]},
])
def test_what_can_work_is_taken(values: dict[str, Any]) -> None:
    assert make(**values).name == "desk"


def test_a_schedule_names_its_days() -> None:
    days = [make(schedule=schedule).weekdays for schedule in ("daily", "weekdays", "weekly", "instant")]

    assert days == [WEEKDAYS, WORKDAYS, ("monday",), ()]
    assert make(schedule="weekly", weekday="friday").weekdays == ("friday",)
