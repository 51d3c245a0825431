package dev.rondo.server.commit;

/**
 * Takes the effects of every write. The commit mode decides what must have happened to them before the client is
 * answered.
 */
public interface CommitPath {
    /**
     * Takes one batch of effects, in the order in which it was applied. Called on any thread that applied a write,
     * while it holds the locks of all slots concerned; it must neither block nor keep {@code effects}.
     *
     * @param effects the batch, not empty
     * @param nowMs the time at which the commands ran
     */
    void commit(Effects effects, long nowMs);
}
