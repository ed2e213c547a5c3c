#!/bin/sh
# Writes all state of a Sluice into a new file of FOLDER while it runs, and keeps the newest backups there.
#   backup.sh FOLDER [options of sluice export, such as --data DIR or --database URL]
# SLUICE: the command (default sluice, or the one of this repository). SLUICE_BACKUPS: how many are kept (default 14).
# What `runs/` of a data folder has belongs to processes of one machine, and is in no backup.
set -eu
[ $# -ge 1 ] || { echo "usage: backup.sh FOLDER [options of sluice export]" >&2; exit 2; }
folder=$1
shift
keep=${SLUICE_BACKUPS:-14}
case $keep in
  '' | *[!0-9]* | 0*) echo "backup.sh: SLUICE_BACKUPS must be a whole number from 1, not '$keep'" >&2; exit 2 ;;
esac
sluice=${SLUICE:-$(command -v sluice || echo "$(dirname "$0")/../sluice")}

mkdir -p "$folder"
name=$folder/sluice-$(date -u +%Y%m%dT%H%M%SZ).backup
# Left by one that was killed; another that still writes is left alone.
find "$folder" -maxdepth 1 -type f -name '.partial-*' -mmin +60 -exec rm -f {} +
# A name is only given to what is whole.
partial=$(mktemp -u "$folder/.partial-XXXXXXXX")
trap 'rm -f "$partial" "$partial.unfinished"' EXIT
trap 'exit 1' HUP INT TERM
"$sluice" export "$@" --output "$partial"
[ ! -e "$name" ] || { echo "backup.sh: $name is there already" >&2; exit 1; }
mv "$partial" "$name"
sync "$folder"
echo "$name"

ls -1 "$folder" | grep '^sluice-.*\.backup$' | sort -r | tail -n +$((keep + 1)) | while read -r old; do
  rm -f "$folder/$old"
done
