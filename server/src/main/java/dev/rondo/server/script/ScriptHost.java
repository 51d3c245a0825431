package dev.rondo.server.script;

import dev.rondo.server.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/** What a running script can do to the server. Called by the thread that runs the script. */
public interface ScriptHost {
    /**
     * Runs a command for the script.
     *
     * @param reply gets the command's reply, in the protocol that the script has chosen
     * @return why it is refused, with a code behind a '-' or without one; null when it was run
     */
    @Nullable String call(byte[][] command, ReplyWriter reply);

    /**
     * Whether the client may run a command.
     *
     * @return null when there is no such command
     */
    @Nullable Boolean mayRun(byte[][] command);

    /** Whether the script is to end now; asked from time to time while it runs. */
    boolean isKilled();
}
