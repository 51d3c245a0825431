package dev.rondo.membership;

import java.io.DataInput;
import org.jgroups.Address;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.protocols.TCP_NIO2;

/**
 * The bus's transport, whose links to single nodes can be broken on purpose; see {@link BrokenLinks}. Public because
 * JGroups makes it by reflection; not for other use.
 */
public final class BreakableTransport extends TCP_NIO2 {

    private final BrokenLinks broken = new BrokenLinks();

    /** Called by JGroups. */
    public BreakableTransport() {
        setId(ClassConfigurator.getProtocolId(TCP_NIO2.class));
        setThreadFactory(new UndyingThreads());
    }

    BrokenLinks brokenLinks() {
        return broken;
    }

    @Override
    public void send(Address receiver, byte[] data, int offset, int length) throws Exception {
        if (!broken.dropsTo(receiver)) {
            super.send(receiver, data, offset, length);
        }
    }

    @Override
    public void receive(Address sender, byte[] data, int offset, int length) {
        if (!broken.dropsFrom(sender)) {
            super.receive(sender, data, offset, length);
        }
    }

    @Override
    public void receive(Address sender, DataInput in, int length) throws Exception {
        if (broken.dropsFrom(sender)) {
            in.skipBytes(Math.max(0, length));
        } else {
            super.receive(sender, in, length);
        }
    }
}
