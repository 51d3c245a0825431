package dev.rondo.server.cluster;

import dev.rondo.membership.Member;

/**
 * A node that gets this node's stream.
 *
 * @param backlogBytes bytes of the stream that it has not applied yet
 * @param lagSeconds for how long it has had something to apply without acknowledging any of it
 */
record Follower(Member member, long backlogBytes, long lagSeconds) {}
