# Runs a command and ends it when standard input closes, that is, when the parent
# closes its end of the pipe or dies, however it dies.
# Usage: FIRST_SIGNAL SECONDS LAST_SIGNAL COMMAND [ARGUMENT...]
first=$1 patience=$2 last=$3
shift 3
exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
(
    while read -r _; do :; done <&3
    # Every process is waited for: not every init of a container reaps orphans.
    trap 'kill "$nap"; wait "$nap"; exit' TERM
    kill -s "$first" "$child"
    while [ "$patience" -gt 0 ] && kill -s 0 "$child"; do
        sleep 1 &
        nap=$!
        wait "$nap"
        patience=$((patience - 1))
    done
    kill -s "$last" "$child"
) >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$child"
status=$?
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null
exit "$status"
