package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SortedSetValue;

/**
 * Writes members of a sorted set as an array: alone, or with their scores as pairs (RESP3) or in turn (RESP2).
 */
final class ScoredReply implements SortedSetValue.Visitor {
    private final ReplyWriter reply;
    private final boolean withScores;
    private final boolean inPairs;
    private final int mark;
    private int count;

    ScoredReply(ReplyWriter reply, boolean withScores) {
        this(reply, withScores, withScores && reply.isResp3());
    }

    private ScoredReply(ReplyWriter reply, boolean withScores, boolean inPairs) {
        this.reply = reply;
        this.withScores = withScores;
        this.inPairs = inPairs;
        this.mark = reply.mark();
    }

    /** An array of pairs in either protocol. */
    static ScoredReply ofPairs(ReplyWriter reply) {
        return new ScoredReply(reply, true, true);
    }

    /** An array of members and scores in turn in either protocol. */
    static ScoredReply inTurn(ReplyWriter reply) {
        return new ScoredReply(reply, true, false);
    }

    @Override
    public boolean visit(byte[] member, double score) {
        element(reply, member, score, withScores, inPairs);
        count++;
        return true;
    }

    /** Writes one element of an array that has its header already. */
    static void element(ReplyWriter reply, SortedSetValue.Scored member, boolean withScores) {
        element(reply, member.member(), member.score(), withScores, withScores && reply.isResp3());
    }

    private static void element(ReplyWriter reply, byte[] member, double score, boolean withScore, boolean inPair) {
        if (inPair) {
            reply.array(2);
        }
        reply.bulk(member);
        if (withScore) {
            score(reply, score);
        }
    }

    /** To be called after the last member. */
    void end() {
        reply.arrayAt(mark, withScores && !inPairs ? 2 * count : count);
    }

    static void score(ReplyWriter reply, double score) {
        reply.doubleText(ScoreText.text(score));
    }
}
