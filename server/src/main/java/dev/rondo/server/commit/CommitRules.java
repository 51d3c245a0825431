package dev.rondo.server.commit;

/**
 * What the operator wants of commits; each is asked for whenever it matters, since CONFIG SET may change it.
 * Thread-safe.
 */
public interface CommitRules {
    /** What becomes of a write that no replica confirms. */
    enum WithoutReplicas {
        /** It waits, and is answered with an error in the end. */
        REFUSE,
        /** It counts as committed, as in mode {@code async}. */
        CONTINUE
    }

    /** How long a reply waits for replicas at most. */
    long timeoutMs();

    WithoutReplicas withoutReplicas();

    /** A slot that fewer replicas follow takes no writes. */
    int leastReplicas();
}
