package dev.rondo.compat.chaos;

import java.util.List;

/** Where the nodes of a run live, and the links between them. For the thread of the fault scheduler. */
interface Network {
    /** The address that a node binds and announces. */
    String host(int node);

    /** The client port of a node. */
    int port(int node);

    /** What stands before a node's command line, to start it in its place. */
    List<String> launcher(int node);

    /** What the nodes must be told besides their places. */
    default List<String> directives() {
        return List.of();
    }

    /** How links are cut here, in words. */
    String cutting();

    /** From now on nothing that {@code from} sends reaches {@code to}; silently, as in a broken network. */
    void cut(int from, int to);

    /** Ends all cuts. */
    void heal();

    default String busAddress(int node) {
        return host(node) + ":" + (port(node) + 10_000);
    }
}
