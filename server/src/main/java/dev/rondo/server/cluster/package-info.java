/** This node's part in the cluster: what the slot table makes of each of its slots, and where requests belong. */
@org.jspecify.annotations.NullMarked
package dev.rondo.server.cluster;
