"""Every state that a kernel has: sessdump says what both kernels say."""
import socket

import lab
from lab import A, B
from live import finish, ok
from stage import Stage, STATE

import closing		# these three fill the lists of scenes
import forged
import opening
import scenes


def cookie(v6, client):
    """A Fast Open cookie, for all connections from there."""
    server = 1 - client
    l = lab.new(server, v6)
    l.setsockopt(socket.IPPROTO_TCP, socket.TCP_FASTOPEN, 8)
    l.listen(8)
    c = lab.new(client, v6, bind=False)
    c.settimeout(None)
    c.sendto(b"", opening.MSG_FASTOPEN, l.getsockname()[:2])
    for s in c, l.accept()[0], l:
        lab.abort(s)


stage = Stage()
for v6 in False, True:
    for host in A, B:
        cookie(v6, host)
        for scene in scenes.opening:
            stage.add(scene, v6, host, host)
        for scene in scenes.closing:
            stage.add(scene, v6, host, A)
stage.run("tcp or icmp or icmp6")

for v6 in False, True:
    for host in A, B:
        equal = {k[2] for k in stage.compared if k[:2] == (host, v6) and k[3]}
        ok(equal == set(STATE.values()) | {"closed"},
           f"every state was equal at {'AB'[host]}, IPv{6 if v6 else 4}",
           *equal)
print("#", sum(stage.compared.values()),
      "comparisons with ss, both ends, IPv4 and IPv6")
finish()
