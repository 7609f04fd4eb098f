#!/bin/sh
# The whole flow on the MOCK cloud with nothing but curl: every GET both ways (JSON body, query), subnets and rules
# added and removed, everything forgotten and registered again, the VM controlled by GET and by PUT, all deleted.
#
#   SPIDER_URL=http://localhost:1024/spider SPIDER_AUTH=user:password sh mock-flow.sh
#
# Ends with 0 when every answer was as it should be; says which one was not, and ends with 1, at the first other.

set -eu

url=${SPIDER_URL:-http://localhost:1024/spider}
auth=${SPIDER_AUTH:-}
prefix=${SPIDER_PREFIX:-flow}
connection=$prefix-config
vpc=$prefix-vpc subnet=$prefix-subnet more=$prefix-subnet-more group=$prefix-sg key=$prefix-key vm=$prefix-vm
on="\"ConnectionName\":\"$connection\""

fail() {
    echo "FAILED $*" >&2
    exit 1
}

# send METHOD PATH [BODY]: its answer, without white space, is $answer, its status $status.
send() {
    set -- "$1" "$2" "${3:-}"
    said=$(curl -sS -X "$1" ${auth:+-u "$auth"} -H 'Content-Type: application/json' ${3:+-d "$3"} \
        -w '\n%{http_code}' "$url$2") || fail "$1 $2: no answer"
    status=${said##*
}
    answer=$(printf '%s' "${said%
*}" | tr -d ' \n')
}

# holds METHOD PATH BODY TEXT...: it succeeds, and its answer holds each text.
holds() {
    send "$1" "$2" "$3"
    what="$1 $2"
    shift 3
    [ "$status" = 200 ] || fail "$what: $status $answer"
    for text in "$@"; do
        case $answer in
        *"$text"*) ;;
        *) fail "$what: no $text in $answer" ;;
        esac
    done
    echo "ok $what"
}

# refused STATUS METHOD PATH BODY TEXT
refused() {
    send "$2" "$3" "$4"
    case $status$answer in
    "$1"*"$5"*) echo "ok $2 $3 is refused" ;;
    *) fail "$2 $3: $status $answer, not $1 with $5" ;;
    esac
}

# get PATH TEXT...: both ways.
get() {
    path=$1
    shift
    holds GET "$path" "{$on}" "$@"
    holds GET "$path?ConnectionName=$connection" '' "$@"
}

# id NAME: the SystemId that the last answer gives to NAME.
id() {
    found=$(printf '%s' "$answer" | sed -n "s/.*{\"NameId\":\"$1\",\"SystemId\":\"\([^\"]*\)\".*/\1/p")
    [ -n "$found" ] || fail "no SystemId of $1 in $answer"
}

# becomes STATUS: within a minute.
becomes() {
    tries=60
    until send GET "/vmstatus/$vm" "{$on}" && [ "$answer" = "{\"Status\":\"$1\"}" ]; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || fail "the VM is not $1 but $answer"
        sleep 1
    done
    echo "ok the VM is $1"
}

named() {
    printf '"NameId":"%s"' "$1"
}

register() {
    mock='"ProviderName":"MOCK"'
    holds POST /driver "{\"DriverName\":\"$prefix-driver\",$mock,\"DriverLibFileName\":\"mock-driver-v1.0.so\"}" MOCK
    pair='{"Key":"MockName","Value":"'$prefix'"}'
    holds POST /credential "{\"CredentialName\":\"$prefix-cred\",$mock,\"KeyValueInfoList\":[$pair]}" "$prefix-cred"
    pair='{"Key":"Region","Value":"default"}'
    holds POST /region "{\"RegionName\":\"$prefix-region\",$mock,\"KeyValueInfoList\":[$pair]}" '"Value":"default"'
    names="\"DriverName\":\"$prefix-driver\",\"CredentialName\":\"$prefix-cred\",\"RegionName\":\"$prefix-region\""
    holds POST /connectionconfig "{\"ConfigName\":\"$connection\",$mock,$names}" "$connection"
    for path in driver/$prefix-driver credential/$prefix-cred region/$prefix-region connectionconfig/$connection; do
        holds GET "/$path" '' "${path#*/}"
    done
}

network() {
    first="{\"Name\":\"$subnet\",\"IPv4_CIDR\":\"192.168.1.0/24\"}"
    info="\"Name\":\"$vpc\",\"IPv4_CIDR\":\"192.168.0.0/16\",\"SubnetInfoList\":[$first]"
    holds POST /vpc "{$on,\"ReqInfo\":{$info}}" "$(named "$vpc")" "$(named "$subnet")"
    get /vpc "{\"vpc\":[" "$(named "$vpc")"
    get "/vpc/$vpc" "$(named "$vpc")" "$(named "$subnet")"
    added="{$on,\"ReqInfo\":{\"Name\":\"$more\",\"IPv4_CIDR\":\"192.168.2.0/24\"}}"
    holds POST "/vpc/$vpc/subnet" "$added" "$(named "$subnet")" "$(named "$more")"
    get "/vpc/$vpc/subnet/$more" 192.168.2.0/24
    holds DELETE "/vpc/$vpc/subnet/$more" "{$on}" '{"Result":"true"}'
    refused 404 GET "/vpc/$vpc/subnet/$more" "{$on}" doesnotexist
}

access() {
    ssh='{"FromPort":"22","ToPort":"22","IPProtocol":"tcp","Direction":"inbound"}'
    info="\"Name\":\"$group\",\"VPCName\":\"$vpc\",\"SecurityRules\":[$ssh]"
    holds POST /securitygroup "{$on,\"ReqInfo\":{$info}}" "$(named "$group")" "$(named "$vpc")"
    get /securitygroup "{\"securitygroup\":[" "$(named "$group")"
    get "/securitygroup/$group" '"FromPort":"22"'
    web='{"FromPort":"80","ToPort":"81","IPProtocol":"tcp","Direction":"inbound","CIDR":"10.0.0.0/8"}'
    holds POST "/securitygroup/$group/rules" "{$on,\"ReqInfo\":{\"RuleInfoList\":[$web]}}" '"ToPort":"81"' 10.0.0.0/8
    holds DELETE "/securitygroup/$group/rules" "{$on,\"ReqInfo\":{\"RuleInfoList\":[$web]}}" '{"Result":"true"}'
    get "/securitygroup/$group" '"FromPort":"22"'
    case $answer in *10.0.0.0/8*) fail "the rule is still in $answer" ;; esac
    holds POST /keypair "{$on,\"ReqInfo\":{\"Name\":\"$key\"}}" "$(named "$key")" PRIVATEKEY
    get /keypair "{\"keypair\":[" "$(named "$key")"
    get "/keypair/$key" "$(named "$key")"
}

machine() {
    what='"ImageName":"mock-vmimage-01","VMSpecName":"mock-vmspec-01","VMUserId":"","VMUserPasswd":""'
    where="\"VPCName\":\"$vpc\",\"SubnetName\":\"$subnet\",\"SecurityGroupNames\":[\"$group\"],\"KeyPairName\":\"$key\""
    holds POST /vm "{$on,\"ReqInfo\":{\"Name\":\"$vm\",$what,$where}}" "$(named "$vm")" '"SSHAccessPoint":"'
    get /vm "{\"vm\":[" "$(named "$vm")"
    get "/vm/$vm" "$(named "$vm")" "$(named "$subnet")"
    get /vmstatus "{\"vmstatus\":[" '"VmStatus":"'
    get "/vmstatus/$vm" '{"Status":"'
    becomes Running
    holds GET "/controlvm/$vm?action=suspend" "{$on}" '{"Status":"Suspend'
    becomes Suspended
    holds PUT "/controlvm/$vm?action=resume" "{$on}" '{"Status":"R'
    becomes Running
    holds GET "/controlvm/$vm?action=reboot&ConnectionName=$connection" '' '{"Status":"R'
    becomes Running
}

# id_of KIND NAME: $found.
id_of() {
    holds GET "/$1/$2" "{$on}" "$(named "$2")"
    id "$2"
}

forget() {
    holds DELETE "/reg$1/$2" "{$on}" '{"Result":"true"}'
    refused 404 GET "/$1/$2" "{$on}" doesnotexistinconnection
    get "/all$1" '"MappedList":[],"OnlySpiderList":[],"OnlyCSPList":[{' "\"SystemId\":\"$3\""
}

# adopt KIND NAME ID [FIELDS]
adopt() {
    iid="\"NameId\":\"$2\",\"SystemId\":\"$3\""
    holds POST "/reg$1" "{$on,\"ReqInfo\":{\"Name\":\"$2\",\"CSPId\":\"$3\"${4:-}}}" "$iid"
    get "/all$1" "\"MappedList\":[{$iid}]" '"OnlyCSPList":[]'
}

again() {
    id_of vm "$vm" && vm_id=$found
    id_of keypair "$key" && key_id=$found
    id_of securitygroup "$group" && group_id=$found
    id_of vpc "$vpc" && vpc_id=$found
    id "$subnet" && subnet_id=$found
    owner="\"VPCName\":\"$vpc\""
    refused 409 DELETE "/regsubnet/$subnet" "{$on,\"ReqInfo\":{$owner}}" inuse
    forget vm "$vm" "$vm_id"
    forget keypair "$key" "$key_id"
    forget securitygroup "$group" "$group_id"
    holds DELETE "/regsubnet/$subnet" "{$on,\"ReqInfo\":{$owner}}" '{"Result":"true"}'
    subnet_info="\"Name\":\"$subnet\",\"CSPId\":\"$subnet_id\",$owner"
    holds POST /regsubnet "{$on,\"ReqInfo\":{$subnet_info}}" "\"NameId\":\"$subnet\",\"SystemId\":\"$subnet_id\""
    forget vpc "$vpc" "$vpc_id"
    adopt vpc "$vpc" "$vpc_id"
    adopt securitygroup "$group" "$group_id" ",$owner"
    adopt keypair "$key" "$key_id"
    adopt vm "$vm" "$vm_id"
}

deleted() {
    holds DELETE "/vm/$vm" "{$on}" '{"Status":"Terminated"}'
    holds DELETE "/keypair/$key" "{$on}" '{"Result":"true"}'
    holds DELETE "/securitygroup/$group" "{$on}" '{"Result":"true"}'
    holds DELETE "/vpc/$vpc" "{$on}" '{"Result":"true"}'
    for kind in vm keypair securitygroup vpc; do
        get "/$kind" "{\"$kind\":[]}"
        get "/all$kind" '{"AllList":{"MappedList":[],"OnlySpiderList":[],"OnlyCSPList":[]}}'
    done
    for path in connectionconfig/$connection region/$prefix-region credential/$prefix-cred driver/$prefix-driver; do
        holds DELETE "/$path" '' '{"Result":"true"}'
    done
}

for part in register network access machine again deleted; do
    echo "# $part"
    $part
done
echo "The flow holds."
