#!/bin/sh
# A VM with all that belongs to it, on any cloud: made, stopped, started, and taken away again. Nothing in here depends
# on the cloud. Three variables say where:
#
#   CONN_CONFIG=aws-ohio-config IMAGE_NAME=ami-785db401 SPEC_NAME=t3.micro sh any-cloud.sh
#
# CONN_CONFIG is a connection config that is registered with Spider. SPIDER_URL and SPIDER_AUTH (user:password) say where
# Spider is, if not at http://localhost:1024/spider. Needs curl. Ends with 0 when all went well.

set -eu

: "${CONN_CONFIG:?name a connection config}" "${IMAGE_NAME:?name an image of the cloud}" "${SPEC_NAME:?name a spec}"
url=${SPIDER_URL:-http://localhost:1024/spider}
prefix=${SPIDER_PREFIX:-any}
vpc=$prefix-vpc subnet=$prefix-subnet group=$prefix-sg key=$prefix-key vm=$prefix-vm

# spider METHOD PATH [BODY]: the answer, in $answer.
spider() {
    answer=$(curl -sS --fail-with-body -X "$1" ${SPIDER_AUTH:+-u "$SPIDER_AUTH"} -H 'Content-Type: application/json' \
        -d "${3:-{\"ConnectionName\":\"$CONN_CONFIG\"\}}" "$url$2") || {
        echo "FAILED $1 $2: $answer" >&2
        exit 1
    }
    echo "ok $1 $2"
}

make() {
    spider POST "$1" "{\"ConnectionName\":\"$CONN_CONFIG\",\"ReqInfo\":{$2}}"
}

# field NAME: the first text of that name in $answer.
field() {
    printf '%s' "$answer" | tr -d '\n' | sed "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/"
}

# reach WORD: waits until that is the VM's status, for two minutes at most.
reach() {
    for _ in $(seq 60); do
        spider GET "/vmstatus/$vm" >/dev/null
        [ "$(field Status)" != "$1" ] || {
            echo "ok $vm is $1"
            return
        }
        sleep 2
    done
    echo "FAILED $vm is $(field Status), not $1" >&2
    exit 1
}

make /vpc "\"Name\":\"$vpc\",\"IPv4_CIDR\":\"10.0.0.0/16\",\"SubnetInfoList\":[{\"Name\":\"$subnet\",\"IPv4_CIDR\":\"10.0.4.0/22\"}]"
make /securitygroup "\"Name\":\"$group\",\"VPCName\":\"$vpc\",\"SecurityRules\":[{\"FromPort\":\"22\",\"ToPort\":\"22\",\"IPProtocol\":\"tcp\",\"Direction\":\"inbound\"}]"
make /keypair "\"Name\":\"$key\""
make /vm "\"Name\":\"$vm\",\"ImageName\":\"$IMAGE_NAME\",\"VMSpecName\":\"$SPEC_NAME\",\"VPCName\":\"$vpc\",\"SubnetName\":\"$subnet\",\"SecurityGroupNames\":[\"$group\"],\"KeyPairName\":\"$key\""
echo "ssh $(field VMUserId)@$(field PublicIP)"
reach Running
for action in suspend resume reboot; do
    spider GET "/controlvm/$vm?action=$action"
    if [ $action = suspend ]; then reach Suspended; else reach Running; fi
done
spider DELETE "/vm/$vm"
spider DELETE "/keypair/$key"
spider DELETE "/securitygroup/$group"
spider DELETE "/vpc/$vpc"
echo "All went well on $CONN_CONFIG."
