package dev.rondo.server.command;

import dev.rondo.server.keyspace.Slot;

/** Says where the slots that this node does not serve are served. Thread-safe. */
public interface Ownership {
    /** Whether this node is part of a cluster, so that a command may touch one slot only. */
    boolean isCluster();

    /** The error for a slot this node does not serve: "MOVED slot host:port" or "CLUSTERDOWN ...". */
    String refusal(int slot);

    /** Whether this node is about to serve the (locked) slot, which it soon makes known by its role. */
    boolean isDue(Slot slot);

    /** While it lasts, this node may serve the slots that it takes for its own. */
    ServingLease lease();

    /** Of a plain server, which serves every slot. */
    Ownership ALL_SLOTS = new Ownership() {
        private final ServingLease endless = new ServingLease();

        @Override
        public ServingLease lease() {
            return endless;
        }

        @Override
        public boolean isCluster() {
            return false;
        }

        @Override
        public boolean isDue(Slot slot) {
            return false;
        }

        @Override
        public String refusal(int slot) {
            return "CLUSTERDOWN Hash slot not served";
        }
    };
}
