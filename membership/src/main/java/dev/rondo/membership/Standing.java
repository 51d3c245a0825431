package dev.rondo.membership;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether this node is still what its view says. A process that stood still (a stopped process or machine, a long
 * collection of garbage) may have been replaced while its own view and table say nothing of it. In doubt it asks all
 * others, and goes on when one of these holds:
 *
 * <ul>
 *   <li>The <em>arbiter</em> has it in its view: the first other member of the view, which leads it, or would if this
 *       node had been excluded. If the arbiter stays silent, most others have, and none has not.
 *   <li>Somebody does not have it in its view and has made a newer table: this node was replaced and, before it goes
 *       on, follows that table. Until a common view comes it makes no tables of its own.
 *   <li>Nobody answers, but the node that leads the others says unasked, as it does over and over, that it made a newer
 *       table without this one, which it does not hear: the same follows from that. A node that answers otherwise
 *       counts for more, since what does not hear may be the one that leads.
 *   <li>Nobody says any of this for longer than failure detection takes: the node is on its own and goes on as one side
 *       of a split.
 * </ul>
 *
 * <p>It knows no network and no clock, and is confined to the membership thread.
 */
final class Standing {

    /** Between two questions. */
    private static final long ASK_INTERVAL_NS = 100_000_000;
    /** The same once this node knows that it was replaced. */
    private static final long ASK_SLOWLY_NS = 500_000_000;
    /** The arbiter is waited for so long before the others' word counts. */
    private static final long ARBITER_PATIENCE_NS = 300_000_000;
    /** Answers are waited for so long before an unasked word counts. */
    private static final long WORD_PATIENCE_NS = 500_000_000;

    /** Words that bring no table are listened to for so many times the time after which silence counts as absence. */
    private static final int MOST_WORDS = 4;

    enum State {
        /** Nothing speaks against the view. */
        SURE,
        /** This node may have been replaced; it asks. */
        DOUBTED,
        /** This node was replaced, and waits to be taken in again. */
        REPLACED
    }

    /**
     * What another node said last.
     *
     * @param member whether this node is in its view
     * @param epoch of the newest table it knows
     * @param askedAtNs when this node asked: what was said is at least as new
     */
    private record Answer(boolean member, long epoch, long askedAtNs) {}

    /** How a doubt ended in a step. */
    enum Decision {
        NONE,
        /** This node is a member as before. */
        CONFIRMED,
        /** This node was replaced: it follows the newest table that it was told, and then goes on. */
        REPLACED,
        /** Nobody can be heard. */
        ALONE
    }

    /**
     * What to do now.
     *
     * @param ask whom to ask
     * @param decision how a doubt has ended in this step, if it has
     * @param trueAtNs the moment up to which the decision counts
     * @param waitNs when to call again at the latest
     */
    record Step(Set<Identity> ask, Decision decision, long trueAtNs, long waitNs) {

        boolean decided() {
            return decision != Decision.NONE;
        }
    }

    private static final Step NOTHING = new Step(Set.of(), Decision.NONE, 0, Long.MAX_VALUE);

    private final long aloneNs;
    private final Set<Identity> asked = new LinkedHashSet<>();
    private final Map<Identity, Answer> answers = new HashMap<>();
    private State state = State.SURE;
    private long sinceNs;
    private long askedAtNs;
    private long heardAtNs;
    private long epochBefore;
    private long wordEpoch;
    private long wordAtNs;

    /** Takes the silence of all others for their absence after {@code aloneNs}, longer than failure detection takes. */
    Standing(long aloneNs) {
        this.aloneNs = aloneNs;
    }

    State state() {
        return state;
    }

    /**
     * This node may have been replaced.
     *
     * @param others the other members of its view, all of whom are asked
     * @param epoch of the table by which this node acts
     */
    void doubt(Collection<Identity> others, long epoch, long nowNs) {
        if (state == State.DOUBTED) {
            return;
        }
        if (state == State.SURE) {
            asked.clear();
            epochBefore = epoch;
        }
        asked.addAll(others);
        answers.clear();
        state = State.DOUBTED;
        sinceNs = nowNs;
        wordEpoch = 0;
        wordAtNs = nowNs;
        askedAtNs = nowNs - ASK_INTERVAL_NS;
    }

    /**
     * A node that leads others said, unasked, that this one is not in its view.
     *
     * @param epochWithout of the table that was made without this node; 0 when there is none yet
     * @return whether that counts: not from a node that this one has not been in a view with since it was sure
     */
    boolean excluded(Identity from, long epochWithout, long nowNs) {
        if (state == State.SURE || !asked.contains(from)) {
            return false;
        }
        wordEpoch = Math.max(wordEpoch, epochWithout);
        wordAtNs = nowNs;
        heardAtNs = nowNs;
        return true;
    }

    /**
     * An answer came in.
     *
     * @param member whether this node is in the other's view
     * @param epoch of the newest table that the other knows
     * @param questionNs when this node had asked
     */
    void answered(Identity from, boolean member, long epoch, long questionNs, long nowNs) {
        if (state == State.SURE || questionNs - sinceNs < 0) {
            return;
        }
        Answer known = answers.get(from);
        if (known == null || known.askedAtNs - questionNs <= 0) {
            answers.put(from, new Answer(member, epoch, questionNs));
            heardAtNs = nowNs;
        }
    }

    /**
     * Says what to do.
     *
     * @param others the other members of the view as it is now, in its order
     * @param epoch of the table by which this node acts now
     */
    Step step(List<Identity> others, long epoch, long nowNs) {
        if (state == State.SURE) {
            return NOTHING;
        }
        asked.addAll(others);
        if (state == State.DOUBTED) {
            Answer replacement = replacement(epoch);
            if (replacement != null || isReplacedByWord(epoch, nowNs)) {
                return replaced(replacement == null ? nowNs : replacement.askedAtNs, nowNs);
            }
        }
        Answer confirmation = confirmation(others, epoch, nowNs);
        if (confirmation != null) {
            return sure(Decision.CONFIRMED, confirmation.askedAtNs);
        }
        if (asked.isEmpty() || nowNs - silentSinceNs() >= aloneNs) {
            return sure(Decision.ALONE, nowNs);
        }
        long intervalNs = state == State.REPLACED ? ASK_SLOWLY_NS : ASK_INTERVAL_NS;
        if (nowNs - askedAtNs < intervalNs) {
            return new Step(Set.of(), Decision.NONE, 0, intervalNs - (nowNs - askedAtNs));
        }
        askedAtNs = nowNs;
        return new Step(Set.copyOf(asked), Decision.NONE, 0, intervalNs);
    }

    private Step replaced(long trueAtNs, long nowNs) {
        state = State.REPLACED;
        sinceNs = nowNs;
        heardAtNs = nowNs;
        answers.clear();
        return new Step(Set.of(), Decision.REPLACED, trueAtNs, ASK_SLOWLY_NS);
    }

    private Step sure(Decision decision, long trueAtNs) {
        boolean doubted = state == State.DOUBTED;
        state = State.SURE;
        return new Step(Set.of(), doubted ? decision : Decision.NONE, trueAtNs, Long.MAX_VALUE);
    }

    private long silentSinceNs() {
        if (state == State.REPLACED) {
            return heardAtNs;
        }
        // Whoever leads the others is about to make a table; but nobody is waited for without end.
        boolean waits = !isCountedOn() && wordAtNs - sinceNs < MOST_WORDS * aloneNs;
        return waits ? wordAtNs : sinceNs;
    }

    /** Whether somebody who hears this node has it in its view. */
    private boolean isCountedOn() {
        return answers.values().stream().anyMatch(Answer::member);
    }

    private boolean isReplacedByWord(long epoch, long nowNs) {
        return wordEpoch > epochBefore && wordEpoch >= epoch && !isCountedOn() && nowNs - sinceNs >= WORD_PATIENCE_NS;
    }

    /** The word of a node that went on without this one, and whose table this node has taken over; null if none. */
    private @Nullable Answer replacement(long epoch) {
        return answers.values().stream()
                .filter(answer -> !answer.member && answer.epoch > epochBefore && answer.epoch <= epoch)
                .findFirst()
                .orElse(null);
    }

    /** The word on which this node is a member as before; null if there is none. */
    private @Nullable Answer confirmation(List<Identity> others, long epoch, long nowNs) {
        Answer arbiter = others.isEmpty() ? null : answers.get(others.get(0));
        if (arbiter != null) {
            return arbiter.member && arbiter.epoch <= epoch ? arbiter : null;
        }
        boolean patient = nowNs - sinceNs < ARBITER_PATIENCE_NS;
        boolean most = 2 * (answers.size() + 1) > asked.size() + 1;
        boolean allIn = answers.values().stream().allMatch(answer -> answer.member && answer.epoch <= epoch);
        return patient || !most || !allIn
                ? null
                : answers.values().stream()
                        .min((a, b) -> Long.signum(a.askedAtNs - b.askedAtNs))
                        .orElse(null);
    }
}
