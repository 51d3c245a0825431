package dev.rondo.server.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.config.OutputLimits;
import dev.rondo.server.net.OutputLimit;

/** Gives each client the output limit of its class, as the directive client-output-buffer-limit says. Thread-safe. */
public final class OutputPolicy {
    private final Config config;

    public OutputPolicy(Config config) {
        this.config = config;
    }

    /**
     * To be called when a client comes, when it starts or ends to listen or to monitor, and when the directive changes.
     */
    public void apply(Client client) {
        OutputLimits.Limit limit = config.get(Config.OUTPUT_LIMITS)
                .of(
                        client.isSubscribed() || client.isMonitor()
                                ? OutputLimits.ClientClass.PUBSUB
                                : OutputLimits.ClientClass.NORMAL);
        client.connection().outputLimit(new OutputLimit(limit.hardBytes(), limit.softBytes(), limit.softSeconds()));
    }
}
