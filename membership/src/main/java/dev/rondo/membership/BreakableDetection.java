package dev.rondo.membership;

import java.io.DataInput;
import org.jgroups.Address;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.stack.IpAddress;

/**
 * Failure detection by sockets, over links that can be broken on purpose: nothing new can be connected over a broken
 * link, in either direction, since a connection needs both. Connections that stand stay, as they do in a network that
 * loses packets: such a peer is noticed by its missing heartbeats. Public because JGroups makes it by reflection; not
 * for other use.
 */
public final class BreakableDetection extends FD_SOCK2 {

    /** Called by JGroups. */
    public BreakableDetection() {
        setId(ClassConfigurator.getProtocolId(FD_SOCK2.class));
    }

    @Override
    protected boolean connectTo(IpAddress address, Address node) {
        return !isBroken(address) && super.connectTo(address, node);
    }

    @Override
    public void receive(Address sender, byte[] data, int offset, int length) {
        if (!isBroken(sender)) {
            super.receive(sender, data, offset, length);
        }
    }

    @Override
    public void receive(Address sender, DataInput in, int length) throws Exception {
        if (isBroken(sender)) {
            in.skipBytes(Math.max(0, length));
        } else {
            super.receive(sender, in, length);
        }
    }

    private boolean isBroken(Address detectionAddress) {
        if (!(detectionAddress instanceof IpAddress address)
                || !(getTransport() instanceof BreakableTransport transport)) {
            return false;
        }
        IpAddress bus = new IpAddress(address.getIpAddress(), address.getPort() - offset);
        return transport.brokenLinks().dropsFrom(bus) || transport.brokenLinks().dropsTo(bus);
    }
}
