package dev.keelson.conformance.cases;

import com.google.protobuf.ByteString;
import dev.keelson.api.authpb.Permission;
import dev.keelson.api.status.EtcdError;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Stage;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.CaseFailure;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Section 9.2 of the operations plane: who somebody is, and by which token. */
public final class TokenCases {
  private static final int TTL_SECONDS = 3;
  private static final int MOST_LOOKS = 10;

  private TokenCases() {}

  public static List<Case> cases() {
    return Stream.of(
            shared("OPS-36", "no token and wrong ones", TokenCases::wrongTokens),
            shared("OPS-37", "where a token may stand", TokenCases::places),
            shared("OPS-37-bearer", "a scheme before a token", TokenCases::bearer)
                .tagged(Tag.NOT_ON_3_4),
            shared("OPS-38", "a wrong token beside a right one", TokenCases::wrongFirst),
            shared("OPS-39", "who exists is not told", TokenCases::sameRefusal),
            shared("OPS-41", "the form of a token", TokenCases::form),
            shared("OPS-44", "a token of an entry to come", TokenCases::tokenToCome),
            shared("OPS-45", "a new password ends tokens", TokenCases::newPassword),
            shared("OPS-46", "a deleted user's token is gone", TokenCases::deletedUser),
            shared("OPS-47", "switching off ends all tokens", TokenCases::switchedOff),
            shared("OPS-48", "a token lives on with fewer rights", TokenCases::fewerRights),
            Case.onStage("OPS-40", "a token counts on every member", TokenCases::everywhere)
                .tagged(Tag.CLUSTER, Tag.WHOLE_STORE),
            Case.onStage("OPS-61", "a restart changes nothing", TokenCases::restart)
                .tagged(Tag.FRESH_MEMBER),
            Case.of("OPS-42", "a token lives as long as it is used", TokenCases::lifetime)
                .withFlags("--auth-token-ttl=" + TTL_SECONDS)
                .tagged(Tag.SLOW))
        .toList();
  }

  private static Case shared(String id, String title, SignedIn.Body body) {
    return Case.of(id, title, SignedIn.on(body)).tagged(Tag.WHOLE_STORE);
  }

  private static void wrongTokens(SignedIn signedIn, Keys keys) {
    Expect.error(EtcdError.USER_EMPTY, () -> signedIn.anonymous().range(keys.get("a")));
    for (String token : List.of("x", "", "x.y", "abcdefghijklmnop.1")) {
      Expect.error(
          EtcdError.INVALID_AUTH_TOKEN,
          () -> signedIn.anonymous().withToken(token).range(keys.get("a")));
    }
  }

  private static void places(SignedIn signedIn, Keys keys) {
    String token = new Accounts(signedIn.anonymous()).login("root");
    for (String key : List.of("token", "authorization")) {
      signedIn.anonymous().withMetadata(key, token).put(keys.put("a", "1"));
    }
  }

  private static void bearer(SignedIn signedIn, Keys keys) {
    String token = new Accounts(signedIn.anonymous()).login("root");
    for (String key : List.of("token", "authorization")) {
      signedIn.anonymous().withMetadata(key, "Bearer " + token).put(keys.put("a", "1"));
    }
    Expect.error(
        EtcdError.INVALID_AUTH_TOKEN,
        () ->
            signedIn
                .anonymous()
                .withMetadata("authorization", "bearer " + token)
                .put(keys.put("a", "1")));
  }

  private static void wrongFirst(SignedIn signedIn, Keys keys) {
    String token = new Accounts(signedIn.anonymous()).login("root");
    Store both = signedIn.anonymous().withMetadata("authorization", token).withToken("wrong");
    Expect.error(EtcdError.INVALID_AUTH_TOKEN, () -> both.range(keys.get("a")));
  }

  private static void sameRefusal(SignedIn signedIn, Keys keys) {
    var anonymous = new Accounts(signedIn.anonymous());
    Expect.error(EtcdError.AUTH_FAILED, () -> anonymous.login("root", "wrong"));
    Expect.error(EtcdError.AUTH_FAILED, () -> anonymous.login("nobody", "wrong"));
  }

  private static void form(SignedIn signedIn, Keys keys) {
    String token = new Accounts(signedIn.anonymous()).login("root");
    Expect.isTrue(token.matches("[a-zA-Z]{16}\\.[0-9]+"), "the form of " + token);
  }

  private static void tokenToCome(SignedIn signedIn, Keys keys) {
    String token = new Accounts(signedIn.anonymous()).login("root");
    String later = token.substring(0, token.indexOf('.')) + ".999999999";
    try {
      var _ =
          signedIn
              .anonymous()
              .withToken(later)
              .concurrently()
              .withDeadlineAfter(2, TimeUnit.SECONDS)
              .range(keys.get("a").build())
              .get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      var code = Status.fromThrowable(e).getCode();
      Expect.isTrue(
          Set.of(Status.Code.DEADLINE_EXCEEDED, Status.Code.UNAUTHENTICATED).contains(code),
          "refused in the end, but with " + code);
      return;
    } catch (TimeoutException | InterruptedException e) {
      throw new CaseFailure("no end: " + e);
    }
    throw new CaseFailure("a token that nobody has was taken");
  }

  private static void newPassword(SignedIn signedIn, Keys keys) {
    Store u = signedIn.userWith("u", Permission.Type.READ, keys, "k", "");
    Store v = signedIn.userWith("v", Permission.Type.READ, keys, "k", "");
    u.range(keys.get("k"));
    signedIn.accounts().changePassword("u", "other");
    Expect.error(EtcdError.INVALID_AUTH_TOKEN, () -> u.range(keys.get("k")));
    v.range(keys.get("k"));
    Expect.error(EtcdError.AUTH_FAILED, () -> signedIn.as("u"));
    new Accounts(signedIn.anonymous()).login("u", "other");
  }

  private static void deletedUser(SignedIn signedIn, Keys keys) {
    Store u = signedIn.userWith("u", Permission.Type.READ, keys, "k", "");
    signedIn.accounts().deleteUser("u");
    Expect.error(EtcdError.INVALID_AUTH_TOKEN, () -> u.range(keys.get("k")));
    signedIn.accounts().addUser("u", "u");
    Expect.error(EtcdError.INVALID_AUTH_TOKEN, () -> u.range(keys.get("k")));
    signedIn.as("u").range(keys.get("k"));
  }

  private static void switchedOff(SignedIn signedIn, Keys keys) {
    Store u = signedIn.userWith("u", Permission.Type.READ, keys, "k", "");
    signedIn.accounts().disable();
    new Accounts(signedIn.anonymous()).enable();
    Expect.error(EtcdError.INVALID_AUTH_TOKEN, () -> u.range(keys.get("k")));
    Expect.error(EtcdError.INVALID_AUTH_TOKEN, () -> signedIn.root().range(keys.get("k")));
  }

  private static void fewerRights(SignedIn signedIn, Keys keys) {
    Store u = signedIn.userWith("u", Permission.Type.READ, keys, "k", "");
    signedIn.accounts().grant("u", Permission.Type.READ, keys.at("l"), ByteString.EMPTY);
    u.range(keys.get("k"));
    signedIn.accounts().revoke("u", keys.at("k").toStringUtf8(), "");
    Expect.error(EtcdError.PERMISSION_DENIED, () -> u.range(keys.get("k")));
    u.range(keys.get("l"));
  }

  private static void everywhere(Stage stage) {
    SignedIn.on(
            (signedIn, keys) -> {
              String token = new Accounts(signedIn.anonymous()).login("root");
              for (Store member : stage.members()) {
                member.withToken(token).put(keys.put("a", member.endpoint()));
              }
            })
        .run(stage.store(), stage.keys());
  }

  private static void restart(Stage stage) {
    var accounts = new Accounts(stage.store());
    accounts.addUser("root", "root");
    accounts.addUserWithRole("u");
    accounts.grant("u", Permission.Type.READ, "k", "");
    accounts.enable();
    Store after = stage.restart();
    Expect.error(EtcdError.USER_EMPTY, () -> after.range(stage.keys().get("k")));
    Store root = after.withToken(new Accounts(after).login("root"));
    Expect.equal(List.of("root", "u"), new Accounts(root).users(), "users");
    Expect.equal(List.of("u"), new Accounts(root).rolesOf("u"), "roles");
    Store user = after.withToken(new Accounts(after).login("u"));
    user.range(stage.keys().get("k"));
    Expect.error(EtcdError.PERMISSION_DENIED, () -> user.range(stage.keys().get("l")));
  }

  private static void lifetime(Store store, Keys keys) {
    var accounts = new Accounts(store);
    accounts.addUser("root", "root");
    accounts.enable();
    Store root = store.withToken(accounts.login("root"));
    long used = System.nanoTime();
    for (int i = 0; i < 8; i++) {
      Calls.pause(Duration.ofSeconds(1));
      long using = System.nanoTime();
      try {
        root.range(keys.get("a"));
      } catch (StatusRuntimeException e) {
        // On a machine that stood still in between, the token may have been unused long enough.
        long idle = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - used);
        Expect.isTrue(idle >= TTL_SECONDS - 1, "refused after " + idle + " s: " + e.getStatus());
        return;
      }
      used = using;
    }
    for (int look = 1; look < MOST_LOOKS && isTaken(root, keys); look++) {
      // Each look is a use. Who ends tokens may be late, but not each time.
      Calls.pause(Duration.ofSeconds(TTL_SECONDS + 2));
    }
    Expect.error(EtcdError.INVALID_AUTH_TOKEN, () -> root.range(keys.get("a")));
  }

  private static boolean isTaken(Store store, Keys keys) {
    try {
      store.range(keys.get("a"));
      return true;
    } catch (StatusRuntimeException e) {
      return false;
    }
  }
}
