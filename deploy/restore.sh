#!/bin/sh
# Brings the state of a backup to a place where there is none yet, whole or not at all. No server may run there.
#   restore.sh FILE-OR-FOLDER [options of sluice import, such as --data DIR or --database URL]
# Of a folder the newest backup is taken. SLUICE: the command, as in backup.sh.
set -eu
[ $# -ge 1 ] || { echo "usage: restore.sh FILE-OR-FOLDER [options of sluice import]" >&2; exit 2; }
file=$1
shift
sluice=${SLUICE:-$(command -v sluice || echo "$(dirname "$0")/../sluice")}
if [ -d "$file" ]; then
  newest=$(ls -1 "$file" | grep '^sluice-.*\.backup$' | sort -r | head -n 1)
  [ -n "$newest" ] || { echo "restore.sh: there is no backup in $file" >&2; exit 1; }
  file=$file/$newest
fi
"$sluice" import "$file" "$@"
