package dev.rondo.server.command;

import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.pubsub.KeyspaceEvents;
import dev.rondo.server.stats.CommandStats;
import dev.rondo.server.stats.ErrorStats;

/**
 * What the dispatchers of one node share. Immutable; its parts are thread-safe.
 *
 * @param commands the command table
 * @param databases the keys
 * @param ownership which slots are whose
 * @param commitMode takes the effects of writes
 * @param access who may do what
 * @param clients who is connected
 * @param events keyspace events
 * @param observers those who look at the commands that are run
 * @param pauseGate CLIENT PAUSE
 * @param commandStats counters of commands
 * @param errorStats counters of errors
 * @param clock wall-clock time
 * @param scripts runs scripts
 */
public record Node(
        CommandTable commands,
        Databases databases,
        Ownership ownership,
        CommitMode commitMode,
        AccessControl access,
        Clients clients,
        KeyspaceEvents events,
        Observers observers,
        PauseGate pauseGate,
        CommandStats commandStats,
        ErrorStats errorStats,
        Clock clock,
        ScriptLanes scripts) {}
