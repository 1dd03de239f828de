"""Prints docs/problem-types.md, made from services/contracts/problem_types.py (`make
definitions`)."""

from collections.abc import Iterator

from services.contracts.problem_types import ALL

_INTRODUCTION = """\
# Problem types

What the portal's APIs answer with when something cannot be done (RFC 9457,
`application/problem+json`): `type` is `/problems/` and one of these, stable; `title` and `status`
go with it; `detail` says in French what happened and what to do; `errors` name fields by a JSON
pointer; `instance` is the request's id in the logs. `retry_after` (429, 503) are the seconds to
wait; `nothing_done` (503) says that asking again cannot do it twice. The list is
`services/contracts/problem_types.py`, from which this page is written by `make definitions`.

| type | status | title |
| --- | --- | --- |"""


def lines() -> Iterator[str]:
    yield _INTRODUCTION
    for slug, status, title in ALL:
        yield f"| `{slug}` | {status} | {title} |"


if __name__ == "__main__":
    print("\n".join(lines()))
