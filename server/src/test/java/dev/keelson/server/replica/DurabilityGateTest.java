package dev.keelson.server.replica;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Message;
import dev.keelson.server.transport.PeerTransport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("DU-vote")
class DurabilityGateTest {
  private static final Message FIRST = new Message.AppendAccepted(1, 2, 3, 4);
  private static final Message SECOND = new Message.AppendAccepted(1, 2, 3, 5);

  private final List<Message> sent = new ArrayList<>();
  private final DurabilityGate gate =
      new DurabilityGate(
          new PeerTransport() {
            @Override
            public void send(Message message) {
              sent.add(message);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          });

  @Test
  void nothingLeavesBeforeItsAppendIsDurable() {
    gate.send(FIRST, 1);
    gate.send(SECOND, 2);
    assertThat(sent).isEmpty();

    gate.release(1);
    assertThat(sent).containsExactly(FIRST);
    gate.release(2);

    assertThat(sent).containsExactly(FIRST, SECOND);
  }

  @Test
  void whatIsDurableAlreadyLeavesAtOnce() {
    gate.release(2);

    gate.send(FIRST, 1);
    gate.send(SECOND, 2);

    assertThat(sent).containsExactly(FIRST, SECOND);
  }

  @Test
  void ofAcknowledgementsThatAreReleasedTogetherTheLastOneSaysAll() {
    gate.send(FIRST, 1);
    gate.send(SECOND, 2);

    gate.release(2);

    assertThat(sent).containsExactly(SECOND);
  }

  @Test
  void acknowledgementsToOthersAndOfOtherTermsAreLeftAlone() {
    var toAnother = new Message.AppendAccepted(1, 3, 3, 5);
    var ofALaterTerm = new Message.AppendAccepted(1, 3, 4, 2);
    gate.send(FIRST, 1);
    gate.send(toAnother, 1);
    gate.send(ofALaterTerm, 2);

    gate.release(2);

    assertThat(sent).containsExactly(FIRST, toAnother, ofALaterTerm);
  }
}
