package dev.rondo.compat.diff;

/**
 * One command on one of the two client connections of an episode: most come on the first, the second interferes.
 *
 * @param connection 0 or 1
 */
public record Step(int connection, Command command) {
    static final int CONNECTIONS = 2;

    @Override
    public String toString() {
        return "client " + connection + "> " + command;
    }
}
