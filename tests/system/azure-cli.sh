#!/bin/sh
# Microsoft's own command line against a running Cloud-Twin: a cloud registered, a VM made as a user makes it (so that az
# itself makes network, security group, address and interface, by a template), looked at, stopped, started, all deleted.
#
#   python -m cloud_twin --clouds azure &
#   AZ=az TWIN=~/.cloud-twin sh azure-cli.sh
#
# TWIN is the folder that the twin writes (ca.pem, azure.json). Settings of az and keys stand in a folder of the script's
# own, which is gone at the end. Ends with 0 when every answer was as it should be; says which one was not, and ends
# with 1, at the first other.

set -eu

AZ=${AZ:-az}
TWIN=${TWIN:-$HOME/.cloud-twin}
group=cli-group place=koreacentral vm=cli-vm

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" AZURE_CONFIG_DIR="$work/azure" REQUESTS_CA_BUNDLE="$TWIN/ca.pem"
export AZURE_CORE_COLLECT_TELEMETRY=no AZURE_CORE_INSTANCE_DISCOVERY=no AZURE_CORE_NO_COLOR=yes
export AZURE_CORE_ONLY_SHOW_ERRORS=yes AZURE_EXTENSION_USE_DYNAMIC_INSTALL=no AZURE_LOGGING_ENABLE_LOG_FILE=no
export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1
unset CURL_CA_BUNDLE HTTP_PROXY HTTPS_PROXY http_proxy https_proxy PYTHONDONTWRITEBYTECODE || true

fail() {
    echo "FAILED $*" >&2
    exit 1
}

# account NAME: a member of the twin's azure.json.
account() {
    sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}$/\1/p" "$TWIN/azure.json"
}

# does COMMAND...: az does it; what it says is $answer.
does() {
    answer=$("$AZ" "$@" 2>"$work/errors") || fail "az $*: $(cat "$work/errors")"
    echo "ok az $1 $2 ${3:-}"
}

# says WANTED COMMAND...: the command's answer, as tab-separated text, is the wanted one.
says() {
    wanted=$1
    shift
    does "$@" -o tsv
    [ "$answer" = "$wanted" ] || fail "az $*: $answer, not $wanted"
}

# refused CODE COMMAND...
refused() {
    code=$1
    shift
    if "$AZ" "$@" >"$work/errors" 2>&1; then
        fail "az $*: not refused"
    fi
    grep -q "$code" "$work/errors" || fail "az $*: no $code in $(cat "$work/errors")"
    echo "ok az $1 $2 is refused"
}

power="instanceView.statuses[?starts_with(code, 'PowerState/')].code"

echo "# log in"
url=$(account resourceManagerEndpointUrl)
does cloud register -n cloud-twin --endpoint-resource-manager "${url%/}"
does cloud set -n cloud-twin
refused AADSTS7000215 login --service-principal -u "$(account clientId)" -p wrong-secret --tenant "$(account tenantId)"
does login --service-principal -u "$(account clientId)" -p "$(account clientSecret)" --tenant "$(account tenantId)"
says "$(account subscriptionId)" account show --query id

echo "# make"
says Succeeded group create -n $group -l $place --query properties.provisioningState
refused ResourceGroupNotFound network vnet show -g no-such-group -n none
does vm create -g $group -n $vm --image Debian:debian-12:12-gen2:latest --size Standard_B1s \
    --admin-username cb-user --generate-ssh-keys --tags made-by=az --query publicIpAddress -o tsv
address=$answer
case $address in
[0-9]*.[0-9]*.[0-9]*.[0-9]*) ;;
*) fail "the VM has no public address: $answer" ;;
esac
[ -s "$work/.ssh/id_rsa.pub" ] || fail "az has written no SSH key"

echo "# look"
says "$vm	VM running	$address" vm list -g $group -d --query '[].[name, powerState, publicIps]'
says "$(cat "$work/.ssh/id_rsa.pub")" vm show -g $group -n $vm \
    --query 'osProfile.linuxConfiguration.ssh.publicKeys[].keyData'
says az vm show -g $group -n $vm --query 'tags."made-by"'
says 22 network nsg show -g $group -n ${vm}NSG --query 'securityRules[].destinationPortRange'
says 10.0.0.4 network nic show -g $group -n ${vm}VMNic --query 'ipConfigurations[].privateIPAddress'
says 6 resource list -g $group --query 'length(@)'
says Succeeded deployment group list -g $group --query '[].properties.provisioningState'
refused InUseSubnetCannotBeDeleted network vnet delete -g $group -n ${vm}VNET

echo "# stop and start"
does vm stop -g $group -n $vm
says PowerState/stopped vm get-instance-view -g $group -n $vm --query "$power"
does vm deallocate -g $group -n $vm
says PowerState/deallocated vm get-instance-view -g $group -n $vm --query "$power"
does vm start -g $group -n $vm
says PowerState/running vm get-instance-view -g $group -n $vm --query "$power"

echo "# delete"
does vm delete -g $group -n $vm --yes
says ${vm}VMNic network nic list -g $group --query '[].name'
does group delete -n $group --yes
says '' group list --query '[].name'
echo "The twin speaks to az."
