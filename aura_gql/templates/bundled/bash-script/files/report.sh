#!/usr/bin/env bash
# Reports how many files a folder holds, by kind.
set -euo pipefail

usage() {
  cat <<HELP
Usage: ${0##*/} [-n COUNT] [FOLDER]

Counts the files below FOLDER (default: the current one) by extension.

  -n COUNT  show at most COUNT kinds (default: 10)
  -h        show this help
HELP
}

die() {
  echo "${0##*/}: $*" >&2
  exit 2
}

main() {
  local count=10 option
  while getopts ':n:h' option; do
    case $option in
      n) count=$OPTARG ;;
      h) usage && return ;;
      *) usage >&2 && return 2 ;;
    esac
  done
  shift $((OPTIND - 1))

  local folder=${1:-.}
  [[ $count =~ ^[1-9][0-9]*$ ]] || die "-n wants a whole number above 0, not '$count'"
  [[ -d $folder ]] || die "'$folder' is not a folder"

  local -A kinds=()
  local -i total=0
  local file name kind
  while IFS= read -r -d '' file; do
    name=${file##*/}
    kind='(none)'
    [[ $name == ?*.* ]] && kind=.${name##*.}
    kinds[$kind]=$((${kinds[$kind]:-0} + 1))
    total+=1
  done < <(find "$folder" -type f -print0)

  echo "$total files in $folder"
  ((total > 0)) || return 0
  for kind in "${!kinds[@]}"; do
    printf '%6d  %s\n' "${kinds[$kind]}" "$kind"
  done | sort -k1,1nr -k2 | sed "${count}q"
}

main "$@"
