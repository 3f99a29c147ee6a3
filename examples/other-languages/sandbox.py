"""Tests a Python program's ways with Codat against the sandbox, with nothing but the standard library.

Start the sandbox, and then this:

    npx effect-codat sandbox --port 4010
    python3 sandbox.py http://127.0.0.1:4010
"""

import base64
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

SANDBOX = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4010"
AUTHORIZATION = "Basic " + base64.b64encode(b"sandbox-api-key").decode()


def send(method, url, body=None, headers=None):
    """Sends a request and gives the status and the body, whatever the status is."""
    request = urllib.request.Request(url, method=method, headers=headers or {}, data=body)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def send_json(method, url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    status, text = send(method, url, data, {"Content-Type": "application/json", **(headers or {})})
    return status, json.loads(text) if text else None


def codat(method, path, body=None):
    """The program under test: it tries again what may succeed the next time."""
    for attempt in range(4):
        status, answer = send_json(method, SANDBOX + path, body, {"Authorization": AUTHORIZATION})
        if status < 500:
            break
        time.sleep(0.01 * 2**attempt)
    if status >= 400:
        raise RuntimeError(f"{method} {path}: {status} {answer['error']}")
    return answer


def control(method, path, body=None):
    """What the test does to the sandbox: see /__sandbox/openapi.json."""
    status, answer = send_json(method, SANDBOX + "/__sandbox" + path, body)
    assert status < 300, answer
    return answer


control("POST", "/reset")

# A fault, in front of the program's first attempt.
control("POST", "/faults", {"operation": "Companies.create", "status": 503})
company = codat("POST", "/companies", {"name": "Harbour Bakery"})
connection = codat("POST", f"/companies/{company['id']}/connections", {"platformKey": "gbol"})
assert connection["status"] == "PendingAuth"

# The end user allows it on the Link page, as a browser would.
status, page = send("GET", connection["linkUrl"])
assert status == 200 and "Harbour Bakery" in page
decision = urllib.parse.urlencode({"decision": "allow"}).encode()
status, page = send("POST", connection["linkUrl"], decision)
assert status == 200, page
status, page = send("GET", connection["linkUrl"])
assert status == 410, "a link is good once"

linked = codat("GET", f"/companies/{company['id']}/connections/{connection['id']}")
print(f"{linked['platformName']} is {linked['status']}")

# What the program has asked for.
for request in control("GET", "/requests"):
    print(request["method"], request["operation"], request["status"])
