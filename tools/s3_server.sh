#!/usr/bin/env bash
# A real S3 server for the tests of the store: Ceph's gateway over one monitor and one OSD that keeps everything in memory.
# On Debian, as root:  apt-get install --no-install-recommends ceph-mon ceph-osd ceph-common radosgw uuid-runtime
#   tools/s3_server.sh up [DIR]      then  HENG_TEST_S3=http://127.0.0.1:7480 pytest tests/acts/test_storage.py
#   tools/s3_server.sh down [DIR]
set -eu
act="${1:-}" dir="${2:-/var/tmp/heng-s3}"
export CEPH_CONF="$dir/ceph.conf"

down() {
    for name in client.rgw osd.0 mon.a; do
        [ -f "$dir/run/$name.pid" ] || continue
        pid="$(cat "$dir/run/$name.pid")"
        while kill "$pid" 2>/dev/null; do sleep 0.5; done
    done
}

up() {
    mkdir -p "$dir"/{mon,osd,run,log}
    cluster="$(uuidgen)" osd="$(uuidgen)"
    cat > "$CEPH_CONF" <<EOF
[global]
fsid = $cluster
mon host = v1:127.0.0.1:6789
mon initial members = a
public network = 127.0.0.0/8
auth cluster required = none
auth service required = none
auth client required = none
mon allow pool size one = true
mon max pg per osd = 1000
mon data = $dir/mon
osd data = $dir/osd
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = $dir/run
pid file = $dir/run/\$name.pid
admin socket = $dir/run/\$name.asok
log file = $dir/log/\$name.log
keyring = $dir/keyring
rgw frontends = beast endpoint=127.0.0.1:7480
rgw run sync thread = false
EOF
    ceph-authtool --create-keyring "$dir/keyring" --gen-key -n mon. --cap mon 'allow *'
    ceph-authtool "$dir/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
    ceph-authtool "$dir/keyring" --gen-key -n client.rgw --cap mon 'allow rw' --cap osd 'allow rwx'
    monmaptool --create --clobber --fsid "$cluster" --addv a v1:127.0.0.1:6789 "$dir/monmap"
    ceph-mon --mkfs -i a --monmap "$dir/monmap" --keyring "$dir/keyring"
    ceph-mon -i a
    timeout 60 ceph osd new "$osd"
    ceph-osd -i 0 --mkfs --osd-uuid "$osd"
    timeout 30 ceph osd crush add osd.0 1.0 root=default host=localhost
    ceph-osd -i 0
    timeout 60 radosgw-admin -n client.admin user create --uid=heng --display-name=heng \
        --access-key=heng --secret=heng-secret > /dev/null
    radosgw -n client.rgw
    for _ in $(seq 60); do
        if curl -sf -o /dev/null http://127.0.0.1:7480/; then echo "S3 at http://127.0.0.1:7480"; return; fi
        sleep 1
    done
    echo "The gateway does not answer; see $dir/log" >&2
    return 1
}

case "$act" in
    up) down; rm -rf "$dir"; up ;;
    down) down; rm -rf "$dir" ;;
    *) sed -n '2,5p' "$0" >&2; exit 2 ;;
esac
