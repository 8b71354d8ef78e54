for program in curl jq; do
  command -v "$program" >/dev/null || { echo "this script needs $program" >&2; exit 2; }
done

# send NUMBER METHOD URL [HEADER]...: send a request, whose body is in the file NUMBER.sent if there is one
send() {
  number=$1 method=$2 url=$3
  shift 3
  for header in "$@"; do set -- "$@" -H "$header"; shift; done
  if [ -f "$work/$number.sent" ]; then set -- "$@" -H 'Expect:' --data-binary "@$work/$number.sent"; fi
  if [ "$method" = HEAD ]; then set -- "$@" -I; body=/dev/null; else body=$work/$number.body; fi
  printf '%s' "$url" >"$work/$number.url"
  : >"$work/$number.body"
  [ -f "$work/$number.sent" ] || : >"$work/$number.sent"
  curl -s -g --path-as-is --max-time 60 ${AUDIENCE_CA_BUNDLE:+--cacert "$AUDIENCE_CA_BUNDLE"} -X "$method" \
    -o "$body" -w '%{http_code}' "$@" "$url" >"$work/$number.status" || :
  printf '%s. %s %s -> %s\n' "$number" "$method" "$url" "$(cat "$work/$number.status")"
}

# value NUMBER PATH: print a value of a response
value() { jq -er "$2 | strings" "$work/$1.body" 2>/dev/null; }

# state NUMBER: a provider state has to be set up; it is torn down at the end
state() {
  case $(cat "$work/$1.status") in 2??) ;; *) fail "step $1: the state was not set up: $(shown "$1")" ;; esac
  jq -cn --slurpfile sent "$work/$1.sent" --slurpfile values "$work/$1.body" \
    '$sent[0] + {action: "teardown", params: ($sent[0].params + ($values[0] // {}))}' >"$work/undo.new"
  cat "$work/undo.new" "$work/undo" >"$work/undo.all" 2>/dev/null
  mv "$work/undo.all" "$work/undo"
}

# prepared NUMBER STATUS: a request that only prepares the violation came back as in the run
prepared() {
  case $(cat "$work/$1.status") in
    "$2") ;;
    000 | 401 | 429 | 5??) fail "step $1 was not possible: $(shown "$1")" ;;
    *) absent "step $1 already came back otherwise than in the run: $(shown "$1")" ;;
  esac
}

# there VARIABLE NUMBER...: a resource that was prepared by hand has to be there still
there() {
  variable=$1
  shift
  case $(statuses "$@" | sort -u) in 404) fail "step $1: it is not there, set $variable to another one: $(shown "$1")" ;; esac
}

# created NUMBER URL HEADER: an audience is deleted at the end
created() { printf '%s\n%s\n' "$2" "$3" >"$work/$1.created"; }

# clean_up [HEADER]...: tear the states down, and delete what was created
clean_up() {
  for file in "$work"/*.created; do
    [ -f "$file" ] && { read -r url && read -r header; } <"$file" && curl -s -o /dev/null -X DELETE -H "$header" "$url"
  done
  for header in "$@"; do set -- "$@" -H "$header"; shift; done
  [ -f "$work/undo" ] && while read -r document; do
    curl -s -o /dev/null ${AUDIENCE_CA_BUNDLE:+--cacert "$AUDIENCE_CA_BUNDLE"} "$@" --data-raw "$document" "$AUDIENCE_STATES_URL"
  done <"$work/undo"
  rm -rf "$work"
}

fail() { echo "$*" >&2; exit 2; }
absent() { echo "not violated here: $*"; exit 0; }
shown() { printf '%s ' "$(cat "$work/$1.status")"; tr -d '\000-\037\177' <"$work/$1.body" | cut -c 1-300; }
fresh() { # a random UUID
  od -An -v -N16 -tx1 /dev/urandom | tr -d ' \n' |
    sed 's/\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.*\)/\1-\2-4\3-8\4-\5/'
}
uri() { printf %s "$1" | jq -sRr @uri; }
escaped() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F | sed 's/../%&/g'; }
swapped() { printf %s "$1" | tr 'a-zA-Z' 'A-Za-z'; }
slice() { printf %s "$1" | cut -c "$2"; }
changed() { # VALUE POSITION CHARACTER OTHERWISE
  if [ "$(slice "$1" "$2")" = "$3" ]; then set -- "$1" "$2" "$4"; fi
  printf %s "$1" | sed "s/./$3/$2"
}
statuses() { for number in "$@"; do cat "$work/$number.status"; echo; done; }

# transcript NUMBER: what was sent and what came back
transcript() {
  jq -cn --rawfile url "$work/$1.url" --rawfile sent "$work/$1.sent" --rawfile got "$work/$1.body" \
    --rawfile status "$work/$1.status" --arg base "$AUDIENCE_BASE_URL" '
    def document: . as $text | if . == "" then . else (try fromjson catch $text) end;
    [($url | ltrimstr($base)), ($sent | document), $status, ($got | document)]'
}
# changes BEFORE AFTER: what differs between two reads; items of a list are told apart by their identifiers
changes() {
  { transcript "$1"; transcript "$2"; } | jq -cs '
    def key($index): ((if type == "object" then .id // .jobId else null end) | strings) // $index;
    def children: if type == "object" then keys[] as $name | [$name, .[$name]]
      elif type == "array" then range(length) as $index | [(.[$index] | key($index)), .[$index]] else empty end;
    def places($place): if type == "object" or type == "array"
      then children as [$key, $child] | select($key != "traceId") | $child | places($place + [$key])
      else {place: $place, value: .} end;
    def lists($place): (if type == "array" then {place: $place, value: [children | .[0]]} else empty end),
      (children as [$key, $child] | $child | lists($place + [$key]));
    def by_place(found): reduce found as $one ({}; .[$one.place | tojson] = $one.value);
    def at($name): if has($name) then .[$name] else "(not shown)" end;
    def common($others): map(select(. as $one | $others | any(. == $one)));
    map({status: .[2], body: .[3]}) | . as [$earlier, $later]
    | by_place($earlier | places([])) as $before | by_place($later | places([])) as $after
    | by_place($earlier | lists([])) as $lists | by_place($later | lists([])) as $others
    | [$before + $after | keys_unsorted[] as $place | [($place | fromjson), ($before | at($place)), ($after | at($place))]]
      + [$lists | keys_unsorted[] as $place | ($others[$place] // []) as $other
         | [($place | fromjson) + ["order"], ($lists[$place] | common($other)), ($other | common($lists[$place]))]]
    | map(select(.[1] != .[2]))'
}
# changed_places BEFORE AFTER: the places that differ, and whether each was shown: values may be others at another time
changed_places() { changes "$1" "$2" | jq -c 'map([.[0], .[1] != "(not shown)", .[2] != "(not shown)"])'; }
# shown_changes BEFORE AFTER...: what differs between reads, as a text
shown_changes() {
  while [ "$#" -gt 1 ]; do
    changes "$1" "$2"
    shift 2
  done | jq -rs 'add | map("\(.[0] | map(tostring) | join(".")): \(.[1] | tojson) -> \(.[2] | tojson)") | join("; ")' | cut -c 1-2000
}
# alike NUMBER...: what was sent and what came back, of concurrent requests that are the same
alike() { for number in "$@"; do transcript "$number"; done | jq -cs '{alike: .}'; }
# together NUMBER...: the statuses of requests that are the same
together() { statuses "$@" | jq -Rcn '[inputs] | sort'; }
# same VALUE...: compare what was sent and what came back with what was recorded; identifiers may differ, as values do
same() {
  jq -es --slurpfile recorded "$work/recorded" '
    def texts: if type == "object" then keys[] as $name | .[$name] | texts
      elif type == "array" then .[] | texts elif type == "string" then . else empty end;
    def each_text(change): walk(if type == "string" then change else . end);
    def without: reduce range($ARGS.positional | length) as $n (.; $ARGS.positional[$n] as $value
      | if . == $value then "<\($n)>"
        elif ($value | length) >= 8 then split($value) | join("<\($n)>") else . end);
    def in_one_order: if type == "object" then .alike |= sort_by([texts | gsub("@IDENTIFIER@"; "#")]) else . end;
    (each_text(without | gsub("@TIME@"; "TIME")) | map(in_one_order)) as $masked
    | (reduce ($masked | texts | match("@IDENTIFIER@"; "g").string) as $found
        ({}; if has($found) then . else .[$found] = length end)) as $numbers
    | $masked | each_text(gsub("(?<found>@IDENTIFIER@)"; "#\($numbers[.found])"))
    | . == $recorded[0]' --args "$@" >/dev/null
}
