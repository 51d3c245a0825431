package dev.rondo.server.command;

/** A request that waits for a script lane or runs on one; its client is suspended until then. Immutable. */
final class ScriptRequest implements LaneTask {
    private final Client client;
    private final CommandSpec spec;
    private final byte[][] arguments;
    private final CommandSpec.Lane lane;

    /** {@code lane} is the kind of lane that the request needs. */
    ScriptRequest(Client client, CommandSpec spec, byte[][] arguments, CommandSpec.Lane lane) {
        this.client = client;
        this.spec = spec;
        this.arguments = arguments;
        this.lane = lane;
    }

    @Override
    public void runOn(ScriptLane scriptLane) {
        scriptLane.serve(this);
    }

    Client client() {
        return client;
    }

    CommandSpec spec() {
        return spec;
    }

    byte[][] arguments() {
        return arguments;
    }

    CommandSpec.Lane lane() {
        return lane;
    }
}
