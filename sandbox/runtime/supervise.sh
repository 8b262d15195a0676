#!/bin/sh
# Runs a part again when it ends by itself, after a pause that doubles each time and is short again once it
# ran for ten seconds, as Docker does for `restart: unless-stopped`. Whoever stops the part signals this
# process's whole group: then it ends too, with the part's exit code.
#
#   supervise EXITS COMMAND…     EXITS gets a line with the exit code each time the part has ended by itself
exits=$1
shift
ending=
# Whatever it is signalled, it was meant: what ends after that stays down.
trap 'ending=1' TERM HUP INT QUIT USR1 USR2
pause_ms=100
while :; do
    began=$(date +%s)
    "$@" &
    part=$!
    # A signal ends the wait early; the part may still be there.
    while wait "$part"; code=$?; kill -0 "$part" 2>/dev/null; do :; done
    [ -z "$ending" ] || exit "$code"
    echo "$code" >>"$exits"
    [ $(($(date +%s) - began)) -lt 10 ] || pause_ms=100
    sleep "$((pause_ms / 1000)).$(printf %03d $((pause_ms % 1000)))"
    [ -z "$ending" ] || exit "$code"
    [ $pause_ms -ge 60000 ] || pause_ms=$((pause_ms * 2))
done
