package dev.rondo.server.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.net.NetworkStats;
import dev.rondo.server.pubsub.Broker;
import dev.rondo.server.stats.Info;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What the commands about the node itself work on, beside the keys. Immutable; its parts are thread-safe.
 *
 * @param node the node that the commands belong to; it exists once the command table does
 * @param config the configuration
 * @param info the sections of INFO
 * @param network counters of the network
 * @param broker pub/sub
 * @param timer runs what is due later
 * @param activeExpiry whether expired keys are removed in the background
 * @param scripts runs scripts
 * @param stop has the node hand over what it serves and stop, soon and on another thread
 * @param stopNow has the node stop without handing over, soon and on another thread
 */
public record NodeParts(
        Supplier<Node> node,
        Config config,
        Info info,
        NetworkStats network,
        Broker broker,
        Timer timer,
        AtomicBoolean activeExpiry,
        ScriptLanes scripts,
        Runnable stop,
        Runnable stopNow) {}
