package dev.rondo.server.cluster;

import dev.rondo.membership.Holdings;
import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.keyspace.Graveyard;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.Loops;
import dev.rondo.server.replication.Replication;
import dev.rondo.server.replication.ReplicationListener;
import dev.rondo.server.replication.ReplicationSettings;
import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A node's slots, roles and replication, without threads: everything it does is done when the simulation says so. */
final class SimulatedNode {
    static final int MOST_HANDOVER_BACKLOG_BYTES = 400;
    private static final long STREAM_LIMIT_BYTES = 3000;

    final Member member;
    final Keyspace keyspace = new Keyspace(0);
    final Replication replication;
    final SlotRoles roles;
    final Effects effects = new Effects();
    final HandoverNews handovers = new HandoverNews();
    SlotTable table = SlotTable.NONE;
    /** What waits for the membership thread: the newest of each. */
    @Nullable Set<Member> nextView;

    @Nullable SlotTable nextTable;

    boolean hasNews;
    private final List<Loops.Loop> loops = new ArrayList<>();
    private final SimulationTrace trace;

    SimulatedNode(Member member, SimulatedBus bus, Random random, LongSupplier nanoTime, SimulationTrace trace) {
        this.member = member;
        this.trace = trace;
        keyspace.keepTombstones(new Graveyard());
        ReplicationSettings settings = new ReplicationSettings(
                (name, loop) -> {
                    loops.add(loop);
                    return () -> {};
                },
                nanoTime,
                80 + random.nextInt(200),
                400 + random.nextInt(800),
                0,
                1 + random.nextInt(200),
                200 + random.nextInt(600),
                50 + random.nextInt(MOST_HANDOVER_BACKLOG_BYTES - 50),
                1 + random.nextInt(3),
                1 + random.nextInt(3));
        replication = new Replication(
                settings,
                keyspace,
                member.id(),
                bus.of(member),
                member.incarnation() << 20,
                () -> STREAM_LIMIT_BYTES,
                () -> table,
                Words::keysOf,
                (slot, version, nowMs, command) -> Words.run(slot, version, command),
                new SlotEvents(),
                new NoMessages());
        long bytesPerSecond = random.nextInt(3) == 0 ? 50_000 : 0;
        replication.limitCopies(() -> bytesPerSecond);
        roles = new SlotRoles(keyspace, member.id(), replication, () -> table, nanoTime, slot -> {});
        bus.connect(
                member.id(),
                (from, incarnation, message) -> replication.received(from, incarnation, message, 0, message.length));
    }

    NodeId id() {
        return member.id();
    }

    /** Whether the node has the key in a slot, whatever it is for that. */
    boolean holds(int index, String key) {
        Slot slot = keyspace.slot(index);
        slot.lock();
        try {
            return slot.find(Ascii.bytes(key)) != null;
        } finally {
            slot.unlock();
        }
    }

    /** One step of a random loop. */
    boolean step(Random random) {
        loops.removeIf(Loops.Loop::isOver);
        return loops.get(random.nextInt(loops.size())).step();
    }

    /** Steps of all loops. */
    boolean stepAll() {
        loops.removeIf(Loops.Loop::isOver);
        boolean some = false;
        for (Loops.Loop loop : List.copyOf(loops)) {
            some |= loop.step();
        }
        return some;
    }

    /** Hears of the newest view and table, as on the membership thread. */
    boolean hear() {
        Set<Member> view = nextView;
        SlotTable next = nextTable;
        nextView = null;
        nextTable = null;
        if (view != null) {
            replication.reachable(view.stream()
                    .filter(member -> !member.id().equals(id()))
                    .collect(Collectors.toMap(Member::id, Member::incarnation)));
        }
        if (next != null && next.epoch() > table.epoch()) {
            SlotTable previous = table;
            table = next;
            trace.event("node " + (member.port() - 7000) + " applies " + next.epoch());
            handovers.tableChanged(previous, next);
            roles.apply(next);
            hasNews = true;
        }
        return view != null || next != null;
    }

    Holdings holdings() {
        return roles.holdings();
    }

    /** Runs commands as one transaction on a locked slot that this node serves. */
    void write(Slot slot, long nowMs, List<byte[][]> commands) {
        long version = slot.nextVersion(nowMs);
        effects.clear();
        for (byte[][] command : commands) {
            byte[][] effect = Words.effect(slot, command);
            Words.run(slot, version, command);
            if (effect != null) {
                effects.add(slot, effect);
            }
        }
        if (!effects.isEmpty()) {
            replication.commitPath().commit(effects, nowMs);
        }
    }

    private final class SlotEvents implements ReplicationListener {
        @Override
        public void inSync(Slot slot) {
            hasNews = true;
        }

        @Override
        public void followed() {
            hasNews = true;
        }

        @Override
        public void outOfSync(Slot slot) {
            roles.voided(slot);
            hasNews = true;
        }

        @Override
        public void askedInVain(Slot slot) {
            roles.askSoon(slot);
        }

        @Override
        public boolean isOutdated(Slot slot, long epoch) {
            return roles.isOutdated(slot, epoch);
        }

        @Override
        public boolean isTakenSince(Slot slot, long epoch) {
            return roles.isTakenSince(slot, epoch);
        }

        @Override
        public void taken(Slot slot, long epoch) {
            roles.taken(slot, epoch);
            hasNews = true;
        }

        @Override
        public void served(Identity by, int slot) {
            handovers.served(by, slot);
        }

        @Override
        public void handingOver(Slot slot, Member heir) {
            roles.handingOver(slot, heir);
        }

        @Override
        public void handedOver(Slot slot) {
            roles.handedOver(slot);
            hasNews = true;
        }

        @Override
        public void kept(Slot slot) {
            roles.kept(slot);
            hasNews = true;
        }
    }

    private static final class NoMessages implements Replication.MessageSink {
        @Override
        public void published(byte[] channel, byte[] message) {}

        @Override
        public void publishedToShard(int slot, byte[] channel, byte[] message) {}
    }
}
