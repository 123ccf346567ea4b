#!/bin/sh
# Sets the quota of one workspace for the app (youarecoder-quota@.service). Reads a line "project kilobytes files" and answers
# "ok" or what is wrong. A project has the number of a workspace's user, so those below WORKSPACE_UID are not the app's to bound.
read -r project kilobytes files || exit
for number in "$project" "$kilobytes" "$files"; do
  case $number in '' | *[!0-9]* | ????????????????*) echo 'three numbers are asked for' && exit ;; esac
done
[ "$project" -ge "${WORKSPACE_UID:?}" ] || { echo "project $project is no workspace's"; exit; }
device=$(findmnt -nvo SOURCE -T "${DATA_DIR:?}") &&
  setquota -P "$project" 0 "$kilobytes" 0 "$files" "$device" 2>&1 && echo ok
