#!/usr/bin/env bash
# Installs what the tests against real engines need, where it is missing: as root on Debian.
# Downloads go to SPIDER_REAL_DIR, outside the checkout. Run again, it does nothing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=${SPIDER_REAL_DIR:-/var/tmp/spider-real}

# The tests start what they need themselves: no service is started by its installation (invoke-rc.d(8)).
install() (
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@"
)

# -- Debian packages, by the command that each one brings
missing=()
while read -r command package; do
    command -v "$command" >/dev/null || missing+=("$package")
done <<'LIST'
java default-jre-headless
mvn maven
ip iproute2
setpriv util-linux
unshare util-linux
dockerd docker.io
iptables iptables
busybox busybox-static
dropbear dropbear-bin
LIST
if [ ${#missing[@]} -gt 0 ]; then
    install "${missing[@]}"
fi

# -- DynamoDB Local: AWS's own, from Maven Central. Its folder is named after the pom's content.
pom=$here/dynamodb-local.pom.xml
libraries=$dir/dynamodb-local-$(sha256sum "$pom" | cut -c 1-12)
if [ ! -d "$libraries" ]; then
    mkdir -p "$dir"
    work=$(mktemp -d "$dir/fetch.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mvn -B -q -C -f "$pom" -Dmaven.repo.local="$work/cache" -DoutputDirectory="$work/libraries" \
        org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies
    mv -T "$work/libraries" "$libraries"
fi
