package dev.rondo.server.command;

import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Expirer;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.ReplyWriter;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Removes the keys, and fields of hashes, that the {@link Expirer} found, as a command that met them would: those who
 * watch them are told and the removal is committed. Confined to the expirer's thread.
 */
public final class ExpiredKeys implements Expirer.Removal {
    private final Databases databases;
    private final Call call;
    private final ReplyWriter noReply = new ReplyWriter(0);

    public ExpiredKeys(Node node) {
        databases = node.databases();
        call = new Call(
                databases,
                node.commitMode().path(),
                node.commandStats().newShard(),
                new SplittableRandom(),
                node.events());
    }

    @Override
    public void remove(Slot slot, List<Entry> expired, long nowMs) {
        call.begin(null, databases.get(slot.database()), noReply, nowMs);
        call.locked(slot, slot);
        expired.forEach(entry -> call.expiry().removeAny(slot, entry));
        call.commit();
    }
}
