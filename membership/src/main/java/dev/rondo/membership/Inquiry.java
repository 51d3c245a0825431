package dev.rondo.membership;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The talk about who is still a member: this node's questions while its {@link Standing} is in doubt, its answers to
 * others, and what others say unasked. What comes in waits here, the newest of each sender, for the membership thread,
 * which calls all methods but {@link #doubt}, {@link #asked} and {@link #told}.
 */
final class Inquiry {

    private static final Logger LOG = LoggerFactory.getLogger(Inquiry.class);

    private final Identity self;
    private final Post post;
    private final ClusterListener listener;
    private final Standing standing;
    private final AtomicBoolean stalled = new AtomicBoolean();
    private final Map<Identity, Mail.StandingQuestion> questions = new ConcurrentHashMap<>();
    private final Map<Identity, Mail.Standing> answers = new ConcurrentHashMap<>();
    private final Map<Identity, Mail.Standing> words = new ConcurrentHashMap<>();

    // The membership thread's own.
    private final Consumer<SlotTable> follow;
    private final Excluded excluded;
    private final MergeWatch merging = new MergeWatch();
    /** Members whose unasked word the others did not confirm: they may be deaf. */
    private final Set<Identity> overruled = new HashSet<>();

    private final Set<Identity> heardInDoubt = new HashSet<>();
    private SlotTable withoutThisNode = SlotTable.NONE;

    /** Takes mail for a node in or outside the view. */
    interface Post {
        void post(Identity to, MailKind kind, byte[] body);
    }

    /** Has {@code follow} take over the table that was made without this node, once it knows that it was replaced. */
    Inquiry(Identity self, Post post, ClusterListener listener, Consumer<SlotTable> follow, long aloneNs) {
        this.self = self;
        this.follow = follow;
        this.excluded = new Excluded(self, post);
        this.post = post;
        this.listener = listener;
        this.standing = new Standing(aloneNs);
    }

    // ---- any thread ----

    /** This node has stood still; false when that is known already. */
    boolean doubt() {
        return !stalled.getAndSet(true);
    }

    void asked(Identity from, Mail.StandingQuestion question) {
        questions.put(from, question);
    }

    void told(Identity from, Mail.Standing news) {
        (news.asked() ? answers : words).put(from, news);
    }

    // ---- the membership thread ----

    /** Whether this node knows of nothing that speaks against its view. */
    boolean isSure() {
        return standing.state() == Standing.State.SURE;
    }

    /** Whoever drops out of the view and lives should know that the others go on without it. */
    void viewChanges(List<Identity> before, List<Identity> after, long epoch, long nowNs) {
        excluded.viewChanges(before, after, epoch, nowNs);
        overruled.clear();
    }

    /**
     * Answers those who ask, and goes on with this node's own doubt.
     *
     * @param view the members of the view
     * @param epoch of the table by which this node acts
     * @param newest the newest table it knows
     * @return how long the next look may wait
     */
    long work(List<Identity> view, long epoch, SlotTable newest, long nowNs) {
        for (Identity from : List.copyOf(questions.keySet())) {
            Mail.StandingQuestion question = questions.remove(from);
            if (question != null) {
                answer(from, question, view.contains(from), newest);
            }
        }
        List<Identity> others =
                view.stream().filter(each -> !each.id().equals(self.id())).toList();
        Map<Identity, Mail.Standing> heard = take(words);
        beginDoubt(others, heard.keySet(), epoch, nowNs);
        heard.forEach((from, word) -> {
            if (word.table().epoch() != 0) {
                merging.heard(from, word.table().members().size(), nowNs);
            }
            if (standing.excluded(from, word.table().epoch(), nowNs)) {
                withoutThisNode = word.table().epoch() > withoutThisNode.epoch() ? word.table() : withoutThisNode;
                heardInDoubt.add(from);
            }
        });
        take(answers)
                .forEach((from, answer) ->
                        standing.answered(from, answer.member(), answer.epoch(), answer.askedAtNs(), nowNs));
        Standing.Step step = standing.step(others, epoch, nowNs);
        if (standing.state() == Standing.State.REPLACED && withoutThisNode.epoch() > epoch) {
            follow.accept(withoutThisNode);
        }
        if (step.decided()) {
            endDoubt(step);
        }
        byte[] question = Mail.standingQuestion(new Mail.StandingQuestion(nowNs, epoch));
        step.ask().forEach(each -> post.post(each, MailKind.STANDING_QUESTION, question));
        boolean leads = isSure() && !view.isEmpty() && view.get(0).equals(self);
        return Math.min(step.waitNs(), excluded.work(leads, newest, nowNs));
    }

    /** A node that this one hears, and should have been brought together with by now; null if there is none. */
    @Nullable Identity missing(List<Identity> view, long nowNs) {
        return merging.missing(view, nowNs);
    }

    private static Map<Identity, Mail.Standing> take(Map<Identity, Mail.Standing> mail) {
        Map<Identity, Mail.Standing> taken = new HashMap<>();
        for (Identity from : List.copyOf(mail.keySet())) {
            Mail.Standing news = mail.remove(from);
            if (news != null) {
                taken.put(from, news);
            }
        }
        return taken;
    }

    /** A word from outside the view is no news: this node and the sender went separate ways before. */
    private void beginDoubt(List<Identity> others, Set<Identity> heard, long epoch, long nowNs) {
        boolean dropped =
                isSure() && others.stream().anyMatch(each -> heard.contains(each) && !overruled.contains(each));
        boolean stoodStill = stalled.getAndSet(false);
        if (dropped) {
            LOG.warn("another node says that this one is not in its view any more; asking who serves its slots");
            listener.standingInDoubt();
        }
        if (stoodStill || dropped) {
            if (isSure()) {
                heardInDoubt.clear();
                withoutThisNode = SlotTable.NONE;
            }
            standing.doubt(others, epoch, nowNs);
        }
    }

    private void endDoubt(Standing.Step step) {
        switch (step.decision()) {
            case CONFIRMED -> {
                LOG.warn("this node is a member as before and goes on");
                overruled.addAll(heardInDoubt);
            }
            case REPLACED -> LOG.warn("this node was replaced and follows the table of those who went on without it");
            case ALONE -> LOG.warn("nobody says what became of this node; it goes on alone");
            case NONE -> throw new IllegalArgumentException("no doubt has ended");
        }
        listener.standingClear(step.trueAtNs());
    }

    private void answer(Identity from, Mail.StandingQuestion question, boolean member, SlotTable newest) {
        SlotTable with = newest.epoch() > question.newestEpoch() ? newest : SlotTable.NONE;
        Mail.Standing answer = new Mail.Standing(true, question.askedAtNs(), member, newest.epoch(), with);
        post.post(from, MailKind.STANDING, Mail.standing(answer));
    }
}
