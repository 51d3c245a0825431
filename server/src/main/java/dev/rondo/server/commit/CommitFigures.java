package dev.rondo.server.commit;

import java.util.concurrent.atomic.LongAdder;

/** What INFO tells of commits that wait for replicas. Thread-safe. */
public final class CommitFigures {
    /** Batches of replies that wait now. */
    public final LongAdder held = new LongAdder();
    /** Requests answered with NOREPLICAS since their writes were not confirmed. */
    public final LongAdder refused = new LongAdder();
    /** Requests answered although no replica has confirmed their writes, because the rules say so. */
    public final LongAdder unconfirmed = new LongAdder();
}
