#!/usr/bin/env bash
# Three members in containers from nothing, on a Debian without a container registry: installs
# docker, starts it, makes the base images, builds, starts, tries, stops. Needs root.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"

usage() {
  cat <<'TXT'
deploy/compose.sh [step ...]     without steps: install daemon images up smoke down

  install    docker, docker-compose, debootstrap, iptables and etcdctl from Debian's packages
  daemon     dockerd, if none runs
  base       the base image by debootstrap, and one with this machine's JDK 25, if they are missing
  images     the member's image, after building what is not built
  prometheus an image with Debian's prometheus, for `up` to use
  up         the three members, each healthy; with KEELSON_MONITORING=1 prometheus too
  smoke      writes, reads, the leader killed, a member restarted, with etcdctl
  down       stops them and removes their data
  stop       the dockerd that `daemon` started

All containers, networks and volumes are of the project keelson-smoke, unless COMPOSE_PROJECT_NAME
says otherwise.
TXT
}

say() { printf 'compose: %s\n' "$1" >&2; }

fail() {
  say "$1"
  exit 1
}

export COMPOSE_PROJECT_NAME=${COMPOSE_PROJECT_NAME:-keelson-smoke}
export KEELSON_BUILD_IMAGE=${KEELSON_BUILD_IMAGE:-keelson-jdk:local}
export KEELSON_RUN_IMAGE=${KEELSON_RUN_IMAGE:-keelson-base:local}
export KEELSON_DISTRIBUTION=${KEELSON_DISTRIBUTION:-built}
export ETCDCTL_API=3
state=$root/.keelson/docker
endpoints=127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379

# The builder that Debian's docker has; it needs nothing from a registry.
export DOCKER_BUILDKIT=0

compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose "$@"
  else
    docker-compose "$@"
  fi
}

as_root() { [ "$(id -u)" -eq 0 ] || fail "$1 needs root"; }

install() {
  local packages=()
  command -v dockerd >/dev/null || packages+=(docker.io iptables)
  docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null ||
    packages+=(docker-compose)
  command -v debootstrap >/dev/null || packages+=(debootstrap)
  command -v etcdctl >/dev/null || packages+=(etcd-client)
  if [ ${#packages[@]} -eq 0 ]; then
    return
  fi
  as_root install
  command -v apt-get >/dev/null || fail "please install: ${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    "${packages[@]}" >/dev/null
}

daemon() {
  if docker info >/dev/null 2>&1; then
    return
  fi
  as_root daemon
  mkdir -p "$state"
  # Its networks too are of RFC 2544, which no machine has elsewhere.
  nohup dockerd --pidfile "$state/dockerd.pid" --bip 198.18.0.1/24 \
    --default-address-pool base=198.19.0.0/16,size=24 >"$state/dockerd.log" 2>&1 &
  local daemon=$! waited
  for ((waited = 0; waited < 60; waited++)); do
    if docker info >/dev/null 2>&1; then
      say "dockerd runs; its log is $state/dockerd.log"
      return
    fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 1
  done
  fail "docker cannot run on this machine: $(grep -E 'level=(error|fatal)|failed' \
    "$state/dockerd.log" | tail -1)"
}

stop() {
  if [ -e "$state/dockerd.pid" ]; then
    kill "$(<"$state/dockerd.pid")"
    say 'dockerd is told to end'
  fi
}

jdk25() {
  local home
  for home in "${KEELSON_JAVA_HOME:-/nowhere}" "${JAVA_HOME:-/nowhere}" /usr/lib/jvm/* \
    /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/*; do
    if [ -x "$home/bin/jlink" ] && grep -qs '^JAVA_VERSION="25[".]' "$home/release"; then
      (cd "$home" && pwd -P)
      return
    fi
  done
  fail 'no JDK 25 found: install one, or point KEELSON_JAVA_HOME at it'
}

has_image() { docker image inspect "$1" >/dev/null 2>&1; }

base() {
  if ! has_image keelson-base:local; then
    as_root base
    local place suite
    # shellcheck disable=SC1091 # Debian's own.
    suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-bookworm}")
    place=$(mktemp -d)
    say "making a base image of Debian $suite (some minutes)"
    if ! debootstrap --variant=minbase --include=libstdc++6,ca-certificates "$suite" \
      "$place/root" >"$place/log" 2>&1; then
      fail "debootstrap failed: $(tail -1 "$place/log"); all of it is in $place/log"
    fi
    tar -C "$place/root" --exclude='./var/cache/apt/*.bin' --exclude='./var/lib/apt/lists/*' \
      --exclude='./var/cache/apt/archives/*.deb' -c . | docker import - keelson-base:local >/dev/null
    rm -rf --one-file-system "$place"
  fi
  if ! has_image keelson-jdk:local; then
    local jdk context
    jdk=$(jdk25)
    context=$(mktemp -d)
    # shellcheck disable=SC2016 # For the Dockerfile, not for this shell.
    printf '%s\n' 'FROM keelson-base:local' 'COPY jdk /opt/jdk' \
      'ENV JAVA_HOME=/opt/jdk PATH=/opt/jdk/bin:$PATH' >"$context/Dockerfile"
    # With what its links point at: packages keep the certificates elsewhere.
    tar -ch --transform 's,^\./,jdk/,' -C "$context" Dockerfile -C "$jdk" . |
      docker build -q -t keelson-jdk:local - >/dev/null
    rm -r "$context"
  fi
}

images() {
  [ "$KEELSON_RUN_IMAGE" != keelson-base:local ] || base
  if [ "$KEELSON_DISTRIBUTION" = built ] && [ ! -e cli/target/dist/complete ]; then
    ./keelson --version >/dev/null
  fi
  compose build --quiet m1
}

prometheus() {
  base
  printf '%s\n' 'FROM keelson-base:local' \
    'RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends prometheus >/dev/null' \
    'RUN install -d -o 65534 -g 65534 /prometheus' \
    'USER 65534:65534' 'ENTRYPOINT ["/usr/bin/prometheus"]' |
    docker build -q --network host -t keelson-prometheus:local - >/dev/null
}

container() {
  docker ps -aq --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" \
    --filter "label=com.docker.compose.service=$1"
}

# Waits in seconds for a command to succeed.
within() {
  local seconds=$1 waited
  shift
  for ((waited = 0; waited < seconds; waited++)); do
    if "$@" >/dev/null 2>&1; then
      return
    fi
    sleep 1
  done
  fail "not within $seconds s: $*"
}

is_healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$(container "$1")")" = healthy ]; }

up() {
  local services=(m1 m2 m3) member
  if [ "${KEELSON_MONITORING:-}" = 1 ]; then
    services+=(prometheus)
    export PROMETHEUS_IMAGE=${PROMETHEUS_IMAGE:-keelson-prometheus:local}
  fi
  compose --profile monitoring up -d --no-build "${services[@]}"
  for member in m1 m2 m3; do
    within 120 is_healthy "$member"
  done
  say "three healthy members: $endpoints"
}

ctl() { etcdctl --endpoints="$endpoints" --command-timeout=30s "$@"; }

# The service whose member leads.
leader() {
  local member
  for member in m1 m2 m3; do
    if docker exec "$(container "$member")" health >/dev/null 2>&1 &&
      ctl_of "$member" endpoint status -w fields | grep -q leads; then
      echo "$member"
    fi
  done
}

port_of() {
  case $1 in
    m1) echo 2379 ;;
    m2) echo 22379 ;;
    m3) echo 32379 ;;
  esac
}

# Prints "leads" if the member's own id is that of the leader it names.
ctl_of() {
  local member=$1
  shift
  etcdctl --endpoints="127.0.0.1:$(port_of "$member")" --command-timeout=10s "$@" |
    awk -F' : ' '/"MemberID"/ { id = $2 } /"Leader"/ { leader = $2 } { print }
      END { if (id != "" && id == leader) print "leads" }'
}

has_leader() { [ -n "$(leader)" ]; }

reads() { [ "$(ctl get --print-value-only "$1")" = "$2" ]; }

smoke() {
  local victim id
  ctl put greeting hello >/dev/null
  reads greeting hello || fail 'what was put is not read'
  id=$(docker exec "$(container m1)" id -u)
  [ "$id" = 10001 ] || fail "a member runs as user $id"
  if docker exec "$(container m1)" touch /opt/keelson/x 2>/dev/null; then
    fail 'the root file system can be written'
  fi

  within 30 has_leader
  victim=$(leader)
  docker kill "$(container "$victim")" >/dev/null
  within 60 ctl put after-the-kill of-the-leader
  reads greeting hello || fail 'a write is lost with its leader'
  docker start "$(container "$victim")" >/dev/null
  within 120 is_healthy "$victim"

  within 30 has_leader
  victim=$(leader)
  docker stop -t 60 "$(container "$victim")" >/dev/null
  id=$(docker inspect -f '{{.State.ExitCode}}' "$(container "$victim")")
  [ "$id" = 143 ] || fail "a member that is told to stop ends with $id"
  docker start "$(container "$victim")" >/dev/null
  within 120 is_healthy "$victim"
  reads after-the-kill of-the-leader || fail 'a write is lost with a restart'

  if [ -n "$(container prometheus)" ]; then
    within 60 scraped
  fi
  say 'smoke: passed'
}

# Prometheus has heard of all three.
scraped() {
  docker exec "$(container prometheus)" promtool query instant http://127.0.0.1:9090 \
    'sum(etcd_server_has_leader)' | grep -q '=> 3 '
}

down() { compose --profile monitoring down -v --remove-orphans; }

[ $# -gt 0 ] || set -- install daemon images up smoke down
for step in "$@"; do
  case $step in
    install | daemon | base | images | prometheus | up | smoke | down | stop) "$step" ;;
    -h | --help | help) usage ;;
    *) usage >&2 && fail "no step $step" ;;
  esac
done
