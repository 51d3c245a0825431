package dev.rondo.membership;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The word for those who dropped out of the view and live, perhaps without knowing it: at once from everybody, and from
 * then on from the node that leads, over and over, with the table that was made without them. A node that all others
 * hear learns the same when it asks; one that nobody hears has nothing but this. Confined to the membership thread.
 */
final class Excluded {

    /** Several times in the time after which silence counts as absence. */
    private static final long REPEAT_NS = 500_000_000;
    /** As long as deletions are remembered for a node that is away. */
    private static final long FORGET_NS = 3_600_000_000_000L;

    private static final int MAX_NODES = 256;

    private final Identity self;
    private final Inquiry.Post post;
    /** By node, since when; the eldest go first. */
    private final Map<Identity, Long> sinceNs = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Identity, Long> eldest) {
            return size() > MAX_NODES;
        }
    };

    private long saidEpoch;
    private long saidAtNs;

    Excluded(Identity self, Inquiry.Post post) {
        this.self = self;
        this.post = post;
    }

    /** Takes note of who goes and who comes, and tells those who go. */
    void viewChanges(List<Identity> before, List<Identity> after, long epoch, long nowNs) {
        Set<NodeId> present = after.stream().map(Identity::id).collect(Collectors.toSet());
        sinceNs.keySet().removeIf(each -> present.contains(each.id()));
        if (!after.contains(self)) {
            return;
        }
        Set<Identity> gone = new HashSet<>(before);
        gone.removeAll(after);
        for (Identity each : gone) {
            say(each, new Mail.Standing(false, 0, false, epoch, SlotTable.NONE));
            if (!present.contains(each.id())) {
                sinceNs.put(each, nowNs);
            }
        }
    }

    /**
     * Says it again, if it is time.
     *
     * @param leads whether this node leads the view and nothing speaks against that
     * @param newest the newest table that it knows
     * @return how long the next look may wait
     */
    long work(boolean leads, SlotTable newest, long nowNs) {
        sinceNs.values().removeIf(since -> nowNs - since > FORGET_NS);
        if (!leads || sinceNs.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long waitNs = saidAtNs + REPEAT_NS - nowNs;
        if (waitNs > 0 && newest.epoch() == saidEpoch) {
            return waitNs;
        }
        saidAtNs = nowNs;
        saidEpoch = newest.epoch();
        for (Identity each : sinceNs.keySet()) {
            SlotTable without = isIn(newest, each) ? SlotTable.NONE : newest;
            say(each, new Mail.Standing(false, 0, false, newest.epoch(), without));
        }
        return REPEAT_NS;
    }

    private static boolean isIn(SlotTable table, Identity node) {
        Member member = table.member(node.id());
        return member != null && member.incarnation() == node.incarnation();
    }

    private void say(Identity to, Mail.Standing word) {
        post.post(to, MailKind.STANDING, Mail.standing(word));
    }
}
