package dev.rondo.server.command;

/** What a script lane is to do. */
@FunctionalInterface
interface LaneTask {
    void runOn(ScriptLane lane);
}
