#!/usr/bin/env bash
# Measures one running cluster under variants of one load, in turn for several rounds, and prints the
# medians and their ratio to the first variant. `alternate.sh --help` says how.
set -euo pipefail

usage() {
  cat <<'TXT'
bench/scripts/alternate.sh --endpoints E,... [options] LOAD "VARIANT" "VARIANT" ...

Runs `keelson bench LOAD` with the options of each variant in turn, round after round, against a
cluster that runs already. The first variant is what the others are compared with. Behind `//` a
variant may have the options of a second generator, of one put a second, which runs beside the one
that is measured: what it holds, such as watchers, burdens the servers and not the measuring. For example:

  ./keelson up --port-base 17000
  bench/scripts/alternate.sh --endpoints 127.0.0.1:17000,127.0.0.1:37000,127.0.0.1:47000 \
    put "--rate 5000" "--rate 5000 // --watchers 100000 --streams 100"

  --rounds N         rounds (5)
  --warmup N         seconds of the first variant before anything is measured (30)
  --settle N         seconds of each variant, in each round, before it is measured (2)
  --seconds N        seconds measured of each variant and round (6)
  --server-pids P,.. the servers' processes, for their CPU and memory
  --keelson FILE     the launcher to run (./keelson)
  --out FILE         one JSON line a run; must not exist (bench/target/alternate-TIME.jsonl)
TXT
}

fail() {
  echo "alternate: $*" >&2
  exit 1
}

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
endpoints="" rounds=5 warmup=30 settle=2 seconds=6 keelson=$repository/keelson out="" metered=()
while [[ "${1:-}" == -* ]]; do
  case "$1" in
    -h | --help) usage && exit 0 ;;
  esac
  [ $# -ge 2 ] || fail "$1 needs a value; --help lists the options"
  case "$1" in
    --endpoints) endpoints=$2 ;;
    --rounds) rounds=$2 ;;
    --warmup) warmup=$2 ;;
    --settle) settle=$2 ;;
    --seconds) seconds=$2 ;;
    --server-pids) metered=(--server-pids "$2") ;;
    --keelson) keelson=$2 ;;
    --out) out=$2 ;;
    *) fail "unknown option $1; --help lists the options" ;;
  esac
  shift 2
done
[ $# -ge 2 ] || fail "a load and at least one variant are needed; --help shows an example"
[ -n "$endpoints" ] || fail "--endpoints is missing"
[ -x "$keelson" ] || fail "no launcher $keelson"
for number in "$rounds" "$warmup" "$settle" "$seconds"; do
  [[ "$number" =~ ^[0-9]{1,4}$ ]] || fail "'$number' is not a number in range; --help lists the options"
done
load=$1
shift
out=${out:-$repository/bench/target/alternate-$(date +%Y%m%d-%H%M%S).jsonl}
[ ! -e "$out" ] || fail "$out exists already"
mkdir -p "$(dirname "$out")"

burden=""
finish() {
  if [ -n "$burden" ]; then
    kill -TERM "$burden" 2> /dev/null || true
    wait "$burden" 2> /dev/null || true
    burden=""
  fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# watchers: how many all endpoints have together
watchers() {
  local endpoint sum=0 answer
  for endpoint in ${endpoints//,/ }; do
    answer=$(timeout 5 bash -c "exec 3<>/dev/tcp/${endpoint%:*}/${endpoint##*:} \
      && printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 && cat <&3" \
      2> /dev/null | sed -n 's/^etcd_debugging_mvcc_watcher_total \([0-9]*\).*/\1/p') || true
    sum=$((sum + ${answer:-0}))
  done
  echo "$sum"
}

# burden_with OPTION...: a second generator, whose watchers stand when this returns
burden_with() {
  local wanted=0 previous="" word deadline=$((SECONDS + 120))
  for word in "$@"; do
    [ "$previous" != --watchers ] || wanted=$word
    previous=$word
  done
  "$keelson" bench put --endpoints "$endpoints" --conns 4 --clients 4 --rate 1 --warmup 0 \
    --seconds 3600 --no-prefill "$@" > /dev/null 2>&1 &
  burden=$!
  until [ "$(watchers)" -ge "$wanted" ]; do
    kill -0 "$burden" 2> /dev/null || fail "the second generator has ended: $*"
    [ "$SECONDS" -lt "$deadline" ] || fail "the watchers do not stand after two minutes"
    sleep 0.2
  done
}

# run SECONDS LABEL FILE OPTION...
run() {
  local length=$1 label=$2 file=$3 report
  shift 3
  report=$(timeout $((settle + length + 300)) "$keelson" bench "$load" --endpoints "$endpoints" --warmup "$settle" \
    --seconds "$length" --label "$label" --json "$file" "${metered[@]}" "$@" 2>&1) \
    || fail "$load $* failed: $report"
  grep -E '^(all|errors|others)' <<< "$report" | sed 's/^/  /'
}

# The variants' options are words, split on purpose.
# shellcheck disable=SC2086
{
  echo "warming up: $load $1"
  run "$warmup" warmup /dev/null ${1%%//*}
  for ((round = 1; round <= rounds; round++)); do
    for variant in "$@"; do
      echo "round $round of $rounds  $load $variant"
      [[ "$variant" != *//* ]] || burden_with ${variant#*//}
      run "$seconds" "$variant" "$out" --seed "$round" ${variant%%//*}
      finish
    done
  done
}

awk '
  function text(name,   at) {
    if (!match($0, "\"" name "\":\"[^\"]*\"")) return ""
    at = RSTART + length(name) + 4
    return substr($0, at, RSTART + RLENGTH - 1 - at)
  }
  function figure(name,   at) {
    if (!match($0, "\"" name "\":[0-9.]+")) return ""
    at = RSTART + length(name) + 3
    return substr($0, at, RSTART + RLENGTH - at)
  }
  function median(key,   n, i, j, value) {
    n = count[key]
    for (i = 1; i <= n; i++) {
      value = values[key, i]
      for (j = i - 1; j >= 1 && sorted[j] > value; j--) sorted[j + 1] = sorted[j]
      sorted[j + 1] = value
    }
    return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
  }
  BEGIN {
    figures = split("opsPerSecond p50Micros p99Micros serverCpuMicrosPerOp serverResidentMiB errors", names, " ")
    split("ops/s|p50 ms|p99 ms|server CPU us/op|server RSS MiB|errors", titles, "|")
    split("1 .001 .001 1 1 1", scales, " ")
  }
  {
    label = text("label")
    if (!(label in known)) { known[label] = 1; order[++labels] = label }
    for (i = 1; i <= figures; i++) {
      value = figure(names[i])
      if (value != "") values[label, i, ++count[label, i]] = value * scales[i]
    }
  }
  END {
    for (l = 1; l <= labels; l++) {
      print order[l] == "" ? "(no options)" : order[l]
      for (i = 1; i <= figures; i++) {
        key = order[l] SUBSEP i
        if (!count[key]) continue
        middle = median(key)
        least = sorted[1]; most = sorted[count[key]]
        base = median(order[1] SUBSEP i)
        ratio = (base > 0) ? sprintf("%.2f", middle / base) : "-"
        printf "  %-17s %10.2f (%.2f..%.2f) %s\n", titles[i], middle, least, most, ratio
      }
    }
  }' "$out"
echo "runs: $out"
