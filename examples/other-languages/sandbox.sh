#!/bin/sh
# Tests a shell script's ways with Codat against the sandbox, with nothing but curl.
#
#   npx effect-codat sandbox --port 4010
#   sh sandbox.sh http://127.0.0.1:4010
set -eu

sandbox=${1:-http://127.0.0.1:4010}
authorization="Authorization: Basic $(printf sandbox-api-key | base64)"
json='Content-Type: application/json'

# The first text of a name in a JSON body.
field() { sed -n "s/^[^}]*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# The script under test: it tries again what may succeed the next time.
codat() {
  curl -sS --fail --retry 3 --retry-delay 1 -H "$authorization" -H "$json" -X "$1" "$sandbox$2" ${3:+-d "$3"}
}

# What the test does to the sandbox: see /__sandbox/openapi.json.
control() { curl -sS --fail -H "$json" -X "$1" "$sandbox/__sandbox$2" ${3:+-d "$3"}; }

control POST /reset

# A fault, in front of the script's first attempt.
control POST /faults '{"operation":"Companies.create","status":503}'
company=$(codat POST /companies '{"name":"Harbour Bakery"}' | field id)
connection=$(codat POST "/companies/$company/connections" '{"platformKey":"gbol"}')
id=$(echo "$connection" | field id)
link=$(echo "$connection" | field linkUrl)

# The end user allows it on the Link page, as a browser would.
curl -sS --fail "$link" | grep -q 'Harbour Bakery'
curl -sS --fail -d decision=allow "$link" > /dev/null
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$link")" = 410 ] # a link is good once

linked=$(codat GET "/companies/$company/connections/$id")
echo "$(echo "$linked" | field platformName) is $(echo "$linked" | field status)"

# What the script has asked for.
control GET /requests | tr '{' '\n' |
  sed -n 's/^"method":"\([A-Z]*\)",.*"operation":"\([A-Za-z.]*\)".*/\1 \2/p'
control GET /requests | grep -o '"status":[0-9]*' | tr -d '"' | tr ':' ' '
