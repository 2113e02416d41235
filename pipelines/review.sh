#!/usr/bin/env bash
# What a change of manifests does to reach: writes reach.md (the difference, for a comment), check.md and access.sarif.
# Ends with 1 when an assertion fails, and with 2 when the input cannot be read.
#
#   MANIFESTS   folder of the manifests, from the root of the repository; default: manifests
#   BASE        commit to compare with; default: origin/main
#   ASSERTIONS  file of access assertions; default: none are checked
#   OPTIONS     further options of mesh-access, such as "--outbound REGISTRY_ONLY"; default: none
#   MESH_ACCESS command that analyses; default: npx --yes mesh-access@0.1.0
set -euo pipefail
manifests=${MANIFESTS:-manifests} base=${BASE:-origin/main} assertions=${ASSERTIONS:-}
read -r -a options <<<"${OPTIONS:-}"
read -r -a mesh_access <<<"${MESH_ACCESS:-npx --yes mesh-access@0.1.0}"

before=$(mktemp -d)
trap 'git worktree remove --force "$before/tree" 2>/dev/null || true; rm -rf "$before"' EXIT
git worktree add --quiet --detach "$before/tree" "$base"

if [ -d "$before/tree/$manifests" ]; then
  "${mesh_access[@]}" diff "$before/tree/$manifests" "$manifests" "${options[@]}" -o md >reach.md
else
  printf '`%s` is new: there is nothing to compare with.\n' "$manifests" >reach.md
fi

[ -n "$assertions" ] || exit 0
status=0
"${mesh_access[@]}" check -f "$manifests" --assert "$assertions" "${options[@]}" \
  -o md --report sarif=access.sarif >check.md || status=$?
[ "$status" -le 1 ] || exit "$status"
cat check.md
exit "$status"
