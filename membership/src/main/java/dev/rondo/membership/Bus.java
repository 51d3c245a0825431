package dev.rondo.membership;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jgroups.protocols.FD_SOCK2;
import org.jgroups.protocols.MERGE3;
import org.jgroups.protocols.TP;
import org.jgroups.stack.ProtocolStack;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JGroups channel as {@link Cluster} sees it: who is in the view, and bytes from and to identities. Any thread.
 * Callbacks come from JGroups's threads and must return soon, but for application messages, which may hold up their
 * sender.
 */
final class Bus implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Bus.class);

    /** Addresses of nodes outside the view that are kept. */
    private static final int MAX_OUTSIDERS = 256;

    /** What the bus tells. */
    interface Listener {

        /** The view changed; the first member leads. */
        void view(ViewOfBus view);

        /** A message of any kind but APPLICATION came in. */
        void mail(Identity from, MailKind kind, byte[] buffer, int offset, int length) throws IOException;

        /** A message of the server's own came in. */
        void application(Identity from, byte[] buffer, int offset, int length);
    }

    /**
     * The nodes that can be reached.
     *
     * @param id grows with every view
     * @param members in the order in which they joined; the first leads
     */
    record ViewOfBus(long id, List<Identity> members) {}

    private static final class Link {
        final long createTimeMs;
        final LongAdder sentBytes = new LongAdder();
        final LongAdder receivedBytes = new LongAdder();

        Link(long createTimeMs) {
            this.createTimeMs = createTimeMs;
        }
    }

    private final Identity self;
    private final JChannel channel;
    private final BrokenLinks brokenLinks;
    private final Courier courier;
    private final Listener listener;
    private final Map<Identity, Link> links = new ConcurrentHashMap<>();
    private volatile Map<Identity, Address> addresses = Map.of();
    /** Nodes outside the view that were in it or have asked something. */
    private final Map<Identity, Address> outsiders = new ConcurrentHashMap<>();
    /** The life of each node that messages go to: the one the slot table counts, else the later in the view. */
    private volatile Map<NodeId, Identity> lives = Map.of();

    private List<Identity> members = List.of();
    private Set<Identity> accepted = Set.of();

    /**
     * Opens the bus and joins the others, or begins a cluster when none answers.
     *
     * @throws IOException with one plain sentence when that is impossible
     */
    Bus(BusConfig config, Identity self, Listener listener) throws IOException {
        this.self = self;
        this.listener = listener;
        try {
            channel = BusStack.open(config);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the cluster bus cannot be set up: " + e.getMessage(), e);
        }
        brokenLinks = ((BreakableTransport) channel.getProtocolStack().getTransport()).brokenLinks();
        courier = new Courier(channel::send, "rondo-bus-" + config.busPort());
        channel.setName(self.id().hex());
        channel.addAddressGenerator(self::newAddress);
        channel.setReceiver(new Inlet());
        long startNs = System.nanoTime();
        try {
            channel.connect(config.clusterName());
        } catch (Exception e) {
            close();
            throw new IOException("the cluster bus cannot start: " + rootMessage(e), e);
        }
        SeedDiscovery discovery = channel.getProtocolStack().findProtocol(SeedDiscovery.class);
        long tookMs = (System.nanoTime() - startNs) / 1_000_000 - discovery.searchedMs();
        if (size() <= 1
                && BusStack.hasOthers(config)
                && tookMs > (BusStack.JOIN_ATTEMPTS - 2L) * config.joinTimeoutMs()) {
            // JGroups gives up asking after so many attempts, and goes on alone, which must not happen unnoticed.
            close();
            throw new IOException("other nodes of the cluster answer but do not let this one join; have all of them the"
                    + " same cluster secret?");
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    private final class Inlet implements Receiver {

        @Override
        public void viewAccepted(View view) {
            List<Identity> inView = new ArrayList<>();
            Map<Identity, Address> newAddresses = new HashMap<>();
            for (Address address : view.getMembers()) {
                Identity identity = Identity.of(address);
                if (identity != null) {
                    inView.add(identity);
                    newAddresses.put(identity, address);
                    links.computeIfAbsent(identity, key -> new Link(System.currentTimeMillis()));
                }
            }
            addresses.forEach(Bus.this::rememberOutsider);
            addresses = newAddresses;
            outsiders.keySet().removeAll(newAddresses.keySet());
            chooseLives(inView, null);
            links.keySet().retainAll(newAddresses.keySet());
            listener.view(new ViewOfBus(view.getViewId().getId(), List.copyOf(inView)));
        }

        @Override
        public void receive(Message message) {
            Identity from = Identity.of(message.getSrc());
            if (from == null || !message.hasArray() || message.getLength() == 0) {
                LOG.warn("ignored a bus message of an unknown form from {}", message.getSrc());
                return;
            }
            Link link = links.get(from);
            if (link != null) {
                link.receivedBytes.add(message.getLength());
            }
            byte[] buffer = message.getArray();
            int offset = message.getOffset();
            MailKind kind = MailKind.of(buffer[offset]);
            if (kind == MailKind.APPLICATION) {
                listener.application(from, buffer, offset + 1, message.getLength() - 1);
                return;
            }
            try {
                if (kind == null) {
                    throw new IOException("unknown kind " + buffer[offset]);
                }
                if (kind.isForOutsiders() && !addresses.containsKey(from)) {
                    rememberOutsider(from, message.getSrc());
                }
                listener.mail(from, kind, buffer, offset + 1, message.getLength() - 1);
            } catch (IOException e) {
                LOG.warn("ignored a damaged {} message from node {}: {}", kind, from.id(), e.getMessage());
            }
        }
    }

    private void rememberOutsider(Identity identity, Address address) {
        if (outsiders.size() >= MAX_OUTSIDERS) {
            outsiders.clear();
        }
        outsiders.put(identity, address);
    }

    /** Says which lives the slot table counts. */
    void accept(Set<Identity> identities) {
        chooseLives(null, identities);
    }

    private synchronized void chooseLives(@Nullable List<Identity> inView, @Nullable Set<Identity> inTable) {
        members = inView == null ? members : inView;
        accepted = inTable == null ? accepted : inTable;
        Map<NodeId, Identity> chosen = new HashMap<>();
        for (Identity identity : members) {
            Identity other = chosen.get(identity.id());
            if (other == null || !accepted.contains(other)) {
                chosen.put(identity.id(), identity);
            }
        }
        lives = chosen;
    }

    /** The life of a node that messages go to; null when it is not in the view. */
    @Nullable Identity life(NodeId node) {
        return lives.get(node);
    }

    /** Sends one of the cluster's own messages without waiting; few kinds go to nodes outside the view. */
    void post(Identity to, MailKind kind, byte[] body) {
        Address address = addresses.get(to);
        if (address == null && kind.isForOutsiders()) {
            address = outsiders.get(to);
        }
        if (address != null) {
            count(to, body.length);
            courier.post(address, kind, body);
        }
    }

    /** Sends a message of the server's own; false when the node is not in the view or the bus is closed. */
    boolean send(NodeId to, byte[] buffer, int offset, int length, boolean ordered) {
        Identity identity = lives.get(to);
        Address address = identity == null ? null : addresses.get(identity);
        if (identity == null || address == null) {
            return false;
        }
        byte[] bytes = new byte[1 + length];
        bytes[0] = MailKind.APPLICATION.code();
        System.arraycopy(buffer, offset, bytes, 1, length);
        Message message = new BytesMessage(address, bytes);
        if (!ordered) {
            message.setFlag(Message.Flag.OOB, Message.Flag.NO_RELIABILITY);
            // Never waits for room: the caller may be the thread that takes this member's messages and so makes room.
        }
        try {
            channel.send(message);
        } catch (Exception e) {
            LOG.debug("could not send {} bytes to node {}", length, to, e);
            return false;
        }
        count(identity, length);
        return true;
    }

    private void count(Identity to, int length) {
        Link link = links.get(to);
        if (link != null) {
            link.sentBytes.add(length);
        }
    }

    /** How many nodes are in the view, this one among them. */
    int size() {
        return addresses.size();
    }

    Map<NodeId, LinkStats> links() {
        Map<NodeId, LinkStats> stats = new HashMap<>();
        links.forEach((identity, link) -> {
            if (!identity.id().equals(self.id())) {
                stats.put(
                        identity.id(),
                        new LinkStats(link.createTimeMs, link.sentBytes.sum(), link.receivedBytes.sum()));
            }
        });
        return stats;
    }

    /** What the protocols say of themselves. */
    String state() {
        return BusState.of(channel);
    }

    /**
     * Leaves the others and joins them anew, under another address, so that nothing is left of what the bus kept of the
     * connections. Takes seconds; not on the membership thread.
     *
     * @throws IOException when that is impossible
     */
    void rejoin() throws IOException {
        String name = channel.getClusterName();
        try {
            channel.disconnect();
            channel.connect(name);
        } catch (Exception e) {
            throw new IOException("the cluster bus cannot be joined anew: " + rootMessage(e), e);
        }
    }

    /** Has the bus never merge what it finds apart, for a test. */
    void stopMerging() {
        channel.getProtocolStack().removeProtocol(MERGE3.class);
    }

    /** How many destinations have a queue and a thread at the transport. */
    int destinations() {
        TP transport = channel.getProtocolStack().getTransport();
        return transport.getBundler() instanceof MemberBundler bundler ? bundler.destinations() : 0;
    }

    /** The links that are broken on purpose. */
    BrokenLinks brokenLinks() {
        return brokenLinks;
    }

    /** Ends all sockets at once without a word to anybody, as the death of the process would. */
    void crash() {
        courier.close();
        channel.setReceiver(null);
        ProtocolStack stack = channel.getProtocolStack();
        FD_SOCK2 detection = stack.findProtocol(FD_SOCK2.class);
        stack.getTransport().stop();
        detection.stop();
    }

    @Override
    public void close() {
        courier.close();
        channel.close();
    }
}
