"""Ask a service, and once more where the first answer never came.

A question changes nothing, so it may be asked again. On a cluster that is what makes the death of a machine
go unnoticed: whoever was being answered by it asks again, and is answered by another.
"""

from __future__ import annotations

import http.client
import json
import sys
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

AGAIN = {500, 502, 503, 504}  # of no fault of the question's


def ask(service: str, question: str, *, patience: float = 15.0, pause: float = 0.5, **also: Any) -> Any:
    """The answer to a question, as `GET /v1/search` gives it.

    Args:
        service: Such as ``http://127.0.0.1:8000``.
        question: In your own words.
        patience: Seconds that an answer may take.
        pause: Seconds before the question is asked again.
        **also: Other parameters: ``k``, ``mode``, ``generation``, ``year_from``.

    Raises:
        OSError, http.client.HTTPException: It was not answered, twice.
        ValueError: It cannot be answered.
    """
    try:
        return once(service, {"q": question} | also, patience)
    except (OSError, http.client.HTTPException):
        time.sleep(pause)
        return once(service, {"q": question} | also, patience)


def once(service: str, parameters: dict[str, Any], patience: float) -> Any:
    """The answer, from one try."""
    connection = http.client.HTTPConnection(urlsplit(service).netloc, timeout=patience)
    try:
        connection.request("GET", f"/v1/search?{urlencode(parameters)}")
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status in AGAIN:
        raise http.client.HTTPException(f"{answer.status}: {body[:200]!r}")
    if answer.status != http.client.OK:
        raise ValueError(json.loads(body)["detail"])
    return json.loads(body)


if __name__ == "__main__":
    for hit in ask(sys.argv[1], " ".join(sys.argv[2:]))["hits"]:
        sys.stdout.write(f"{hit['rank']:>3}  {hit['paper']['title']}\n")
