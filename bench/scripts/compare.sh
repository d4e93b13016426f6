#!/usr/bin/env bash
# Measures etcd and Keelson side by side: the same load on three members each, in turn, for several
# rounds, and prints medians and ratios. `compare.sh --help` says how.
set -euo pipefail

usage() {
  cat <<'TXT'
bench/scripts/compare.sh [options] [-- options of `keelson bench`]

Starts a fresh three-member cluster of one system on loopback, runs every load on it, stops it, does
the same with the other system; the order changes with every round. Both have the same flags, the
same disk, and sync every write. Prints the median of each figure and Keelson's ratio to etcd.

  --rounds N         rounds (3); a single round is a smoke test, not a measurement
  --loads "L ..."    put get range mixed txn lease-keepalive watch ("put get mixed txn")
  --systems "S ..."  etcd keelson (those that are there)
  --conns N          connections (64)
  --clients N        clients (256)
  --value-size N     bytes (256)
  --warmup N         seconds (15: the generator's own code is compiled by then)
  --seconds N        seconds measured (10)
  --etcd FILE        the etcd to run (etcd)
  --keelson FILE     the launcher to run (./keelson)
  --data-dir DIR     where the members' data lives while they run (/var/tmp)
  --etcd-port N      first of six ports, below the range for outgoing connections (23790)
  --keelson-port N   likewise (24790)
  --out FILE         one JSON line a run; must not exist (bench/target/compare-TIME.jsonl)
  --summary FILE     measure nothing, print the table of such a file

Needs Linux. KEELSON_BENCH may hold another command for the load generator. Without a launcher the
generator runs from the compiled module (mvn and a JDK 25 are needed then).
TXT
}

fail() {
  echo "compare: $*" >&2
  exit 1
}

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
all_loads="put get range mixed txn lease-keepalive watch"
rounds=3 loads="put get mixed txn" systems="" conns=64 clients=256 value_size=256 warmup=15 seconds=10
etcd=etcd keelson=$repository/keelson data_parent=/var/tmp etcd_port=23790 keelson_port=24790
out="" summary="" bench_options=()

while [ $# -gt 0 ]; do
  case "$1" in
    -h | --help) usage && exit 0 ;;
    --) shift && bench_options=("$@") && break ;;
    --*) [ $# -ge 2 ] || fail "$1 needs a value; --help lists the options" ;;
  esac
  case "$1" in
    --rounds) rounds=$2 ;;
    --loads) loads=$2 ;;
    --systems) systems=$2 ;;
    --conns) conns=$2 ;;
    --clients) clients=$2 ;;
    --value-size) value_size=$2 ;;
    --warmup) warmup=$2 ;;
    --seconds) seconds=$2 ;;
    --etcd) etcd=$2 ;;
    --keelson) keelson=$2 ;;
    --data-dir) data_parent=$2 ;;
    --etcd-port) etcd_port=$2 ;;
    --keelson-port) keelson_port=$2 ;;
    --out) out=$2 ;;
    --summary) summary=$2 ;;
    *) fail "unknown option $1; --help lists the options" ;;
  esac
  shift 2
done

# Medians over the rounds, with the least and the greatest, and the ratio of the medians.
summarize() {
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
    # Sorts the values of a key into sorted[1..n] and returns n.
    function sort(key,   n, i, j, value) {
      n = count[key]
      for (i = 1; i <= n; i++) {
        value = values[key, i]
        for (j = i - 1; j >= 1 && sorted[j] > value; j--) sorted[j + 1] = sorted[j]
        sorted[j + 1] = value
      }
      return n
    }
    function median(key,   n) {
      n = sort(key)
      return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
    }
    function cell(key,   n, middle) {
      if (!count[key]) return "-"
      middle = median(key)
      n = count[key]
      return sprintf(form, middle) " (" sprintf(form, sorted[1]) ".." sprintf(form, sorted[n]) ")"
    }
    BEGIN {
      figures = split("opsPerSecond p50Micros p99Micros p999Micros serverCpuMicrosPerOp " \
        "serverResidentMiB generatorCpuMicrosPerOp othersCpuShare errors", names, " ")
      split("ops/s|p50 ms|p99 ms|p99.9 ms|server CPU us/op|server RSS MiB|generator CPU us/op|" \
        "other CPU %|errors", titles, "|")
      split("1 .001 .001 .001 1 1 1 100 1", scales, " ")
      split("%.0f %.2f %.2f %.2f %.1f %.0f %.1f %.0f %.0f", forms, " ")
    }
    {
      label = text("label"); load = text("workload")
      if (!(load in known)) { known[load] = 1; order[++loads] = load }
      for (i = 1; i <= figures; i++) {
        value = figure(names[i])
        if (value == "") continue
        key = label SUBSEP load SUBSEP i
        values[key, ++count[key]] = value * scales[i]
        if (names[i] == "othersCpuShare" && value > noise) noise = value
        if (count[key] > rounds) rounds = count[key]
      }
    }
    END {
      printf "%-7s %-20s %28s %28s %8s\n", "load", "median (least..most)", "etcd", "keelson", "ratio"
      for (l = 1; l <= loads; l++) {
        for (i = 1; i <= figures; i++) {
          form = forms[i]
          a = "etcd" SUBSEP order[l] SUBSEP i
          b = "keelson" SUBSEP order[l] SUBSEP i
          ratio = "-"
          if (i <= 6 && count[a] && count[b] && median(a) > 0) {
            ratio = sprintf("%.2f", median(b) / median(a))
          }
          printf "%-7s %-20s %28s %28s %8s\n", order[l], titles[i], cell(a), cell(b), ratio
        }
        print ""
      }
      printf "Rounds: %d\n", rounds
      if (rounds < 3) print "Fewer than three rounds: this shows that it runs, not how fast."
      if (noise > .1) {
        printf "The machine was not quiet: other processes took up to %.0f %% of it.\n", noise * 100
      }
    }' "$1"
}

if [ -n "$summary" ]; then
  [ -s "$summary" ] || fail "no runs in $summary"
  summarize "$summary"
  exit 0
fi

for number in "$rounds" "$conns" "$clients" "$value_size" "$warmup" "$seconds" "$etcd_port" "$keelson_port"; do
  [[ "$number" =~ ^[0-9]{1,6}$ ]] || fail "'$number' is not a number in range; --help lists the options"
done
[ "$rounds" -ge 1 ] || fail "--rounds must be at least 1"
for load in $loads; do
  [[ " $all_loads " == *" $load "* ]] || fail "unknown load '$load': one of $all_loads"
done
[ -d "$data_parent" ] || fail "no directory $data_parent"
[ -r /proc/self/stat ] || fail "needs Linux: processes are metered by /proc"

if [ -z "$systems" ]; then
  command -v "$etcd" > /dev/null && systems="etcd"
  [ -x "$keelson" ] && systems="$systems keelson"
fi
for system in $systems; do
  case "$system" in
    etcd) command -v "$etcd" > /dev/null || fail "no $etcd: on Debian, apt-get install etcd-server" ;;
    keelson) [ -x "$keelson" ] || fail "no launcher $keelson" ;;
    *) fail "unknown system '$system': etcd or keelson" ;;
  esac
done
[ -n "${systems// /}" ] || fail "neither etcd nor Keelson is here"

out=${out:-$repository/bench/target/compare-$(date +%Y%m%d-%H%M%S).jsonl}
[ ! -e "$out" ] || fail "$out exists already"
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")

work=$(mktemp -d "$data_parent/keelson-compare.XXXXXX")
started=() # servers of this script, and nobody else's
loader=""

# The process that serves: what was started, or the child of a launcher that stayed in between.
server_of() {
  local pid=$1 child=""
  if [[ "$(readlink "/proc/$pid/exe")" =~ /(bash|sh|dash)$ ]]; then
    read -r child _ < "/proc/$pid/task/$pid/children" || true
  fi
  echo "${child:-$pid}"
}

server_pids() {
  local pid pids=""
  for pid in "${started[@]}"; do pids+="${pids:+,}$(server_of "$pid")"; done
  echo "$pids"
}

stop_members() {
  local pid deadline=$((SECONDS + 15)) all=()
  for pid in "${started[@]}"; do all+=("$(server_of "$pid")" "$pid"); done
  for pid in "${all[@]}"; do kill -TERM "$pid" 2> /dev/null || true; done
  for pid in "${all[@]}"; do
    while kill -0 "$pid" 2> /dev/null; do
      if [ "$SECONDS" -ge "$deadline" ]; then
        kill -KILL "$pid" 2> /dev/null || true
        break
      fi
      sleep 0.1
    done
    wait "$pid" 2> /dev/null || true
  done
  started=()
}

finish() {
  if [ -n "$loader" ]; then kill -TERM "$loader" 2> /dev/null || true; fi
  stop_members
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The generator: given, launched, or from the compiled module.
if [ -n "${KEELSON_BENCH:-}" ]; then
  read -r -a generator <<< "$KEELSON_BENCH"
elif [ -x "$keelson" ]; then
  generator=("$keelson" bench)
else
  echo "compiling the load generator"
  (cd "$repository" && mvn -q compile dependency:build-classpath -pl bench -am \
    -Dmdep.outputFile="$work/classpath" -Dformat.skip -Dcheckstyle.skip) || fail "the generator does not build"
  java=""
  for candidate in "${JAVA_HOME:-/none}"/bin/java /usr/lib/jvm/*/bin/java java; do
    if "$candidate" -version 2>&1 | grep -q 'version "25'; then java=$candidate && break; fi
  done
  [ -n "$java" ] || fail "no JDK 25 found: install one or set JAVA_HOME"
  generator=("$java" -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED
    -Dslf4j.internal.verbosity=ERROR
    -cp "$repository/bench/target/classes:$(cat "$work/classpath")" dev.keelson.bench.Main)
fi

# health PORT: whether the member there says that it serves
health() {
  local answer
  answer=$(timeout 2 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1 \
    && printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3 && cat <&3" 2> /dev/null) \
    || true
  [[ "$answer" == *'"health":"true"'* ]]
}

# start_members SYSTEM PORT: three members on PORT..PORT+5, in turn for clients and peers
start_members() {
  local system=$1 port=$2 command i client peer cluster="" deadline=$((SECONDS + 60))
  for i in 0 1 2 3 4 5; do
    if (: <> "/dev/tcp/127.0.0.1/$((port + i))") 2> /dev/null; then fail "port $((port + i)) is in use"; fi
  done
  for i in 0 1 2; do cluster+="${cluster:+,}m$i=http://127.0.0.1:$((port + 2 * i + 1))"; done
  if [ "$system" = etcd ]; then command=("$etcd" --logger zap); else command=("$keelson" server); fi
  endpoints=""
  for i in 0 1 2; do
    client=http://127.0.0.1:$((port + 2 * i))
    peer=http://127.0.0.1:$((port + 2 * i + 1))
    endpoints+="${endpoints:+,}127.0.0.1:$((port + 2 * i))"
    "${command[@]}" --name "m$i" --data-dir "$work/data/m$i" --log-level warn \
      --listen-client-urls "$client" --advertise-client-urls "$client" \
      --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
      --initial-cluster "$cluster" --initial-cluster-state new --initial-cluster-token "compare-$system" \
      --quota-backend-bytes 8589934592 > "$work/$system-m$i.log" 2>&1 < /dev/null &
    started+=($!)
  done
  for i in 0 1 2; do
    until health $((port + 2 * i)); do
      if ! kill -0 "${started[$i]}" 2> /dev/null || [ "$SECONDS" -ge "$deadline" ]; then
        tail -n 20 "$work/$system-m$i.log" >&2
        fail "$system's member m$i does not serve"
      fi
      sleep 0.2
    done
  done
}

measure() {
  local system=$1 port=$2 load
  mkdir -p "$work/data"
  start_members "$system" "$port"
  for load in $loads; do
    echo "round $round of $rounds  $system  $load"
    # Beyond warm-up and measurement: connecting, writing the keys, the last answers.
    timeout $((warmup + seconds + 180)) "${generator[@]}" "$load" --endpoints "$endpoints" \
      --conns "$conns" --clients "$clients" --value-size "$value_size" --warmup "$warmup" \
      --seconds "$seconds" --seed "$round" --server-pids "$(server_pids)" --label "$system" --json "$out" \
      "${bench_options[@]}" > "$work/report" 2> "$work/report.err" &
    loader=$!
    wait "$loader" || { cat "$work/report" "$work/report.err" >&2 && fail "$load on $system failed"; }
    loader=""
    grep -E '^(all|errors|others)' "$work/report" | sed 's/^/  /'
  done
  stop_members
  rm -rf "$work/data"
  sync # what the one system left to write must not burden the other
}

echo "$(date -u +%Y-%m-%dT%H:%MZ)  $(nproc) processors ($(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1))," \
  "$(awk '/MemTotal/ {printf "%.0f GiB", $2 / 1048576}' /proc/meminfo), Linux $(uname -r)," \
  "data on $(stat -f -c %T "$data_parent"), load average $(cut -d' ' -f1 /proc/loadavg)"
case "$(stat -f -c %T "$data_parent")" in
  tmpfs | ramfs) echo "warning: $data_parent is memory: syncing costs nothing there. --data-dir names a disk." ;;
esac
for ((round = 1; round <= rounds; round++)); do
  order=$systems
  [ $((round % 2)) -eq 1 ] || order=$(tr ' ' '\n' <<< "$systems" | tac | tr '\n' ' ')
  for system in $order; do
    if [ "$system" = etcd ]; then measure etcd "$etcd_port"; else measure keelson "$keelson_port"; fi
  done
done
echo
summarize "$out"
echo "runs: $out"
