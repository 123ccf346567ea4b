#!/bin/sh
# Sets the quota of one workspace for the app (youarecoder-quota@.service). Reads a line "project kilobytes files" and answers
# "ok" or what is wrong. A project has the number of a workspace's user, so those below WORKSPACE_UID are not the app's to bound.
# setquota reads a number with a leading zero as an octal one, and of a project's it takes the last 32 bits: both could lead below.
read -r project kilobytes files || exit
for number in "$project" "$kilobytes" "$files"; do
  case $number in '' | *[!0-9]* | 0?* | ????????????????*) echo 'three numbers are asked for' && exit ;; esac
done
[ "$project" -ge "${WORKSPACE_UID:?}" ] && [ "$project" -lt 4294967295 ] || { echo "project $project is no workspace's"; exit; }
device=$(findmnt -nvo SOURCE -T "${DATA_DIR:?}/workspaces") &&
  setquota -P "$project" 0 "$kilobytes" 0 "$files" "$device" 2>&1 && echo ok
