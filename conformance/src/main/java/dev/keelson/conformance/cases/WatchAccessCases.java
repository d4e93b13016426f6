package dev.keelson.conformance.cases;

import dev.keelson.api.authpb.Permission;
import dev.keelson.conformance.Case;
import dev.keelson.conformance.Tag;
import dev.keelson.conformance.store.Expect;
import dev.keelson.conformance.store.Keys;
import dev.keelson.conformance.store.Store;
import dev.keelson.conformance.store.WatchSession;
import java.util.List;
import java.util.stream.Stream;

/** Section 11.7, who may watch; and what section 9.3 of the operations plane says of it. */
public final class WatchAccessCases {
  private static final String DENIED =
      "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
  private static final String NOBODY =
      "rpc error: code = InvalidArgument desc = etcdserver: user name is empty";
  private static final String BAD_TOKEN =
      "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token";

  private WatchAccessCases() {}

  public static List<Case> cases() {
    return Stream.of(
            Case.of(
                "211",
                "who may not read may not watch",
                SignedIn.on(WatchAccessCases::noPermission)),
            Case.of("212", "who is nobody watches nothing", SignedIn.on(WatchAccessCases::nobody)),
            Case.of("213", "a right is asked for once", SignedIn.on(WatchAccessCases::revoked)),
            Case.of(
                "OPS-74",
                "a watch is of all its keys",
                SignedIn.on(WatchAccessCases::beyondTheRange)))
        .map(one -> one.tagged(Tag.WHOLE_STORE))
        .toList();
  }

  private static void noPermission(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "a", "");
    try (WatchSession watch = user.watch()) {
      Expect.equal(0, watch.create(keys.watch("a")).getWatchId(), "watch_id");
      watch.refuse(keys.watch("b"), DENIED);
      signedIn.root().put(keys.put("a", "1"));
      Expect.equal(keys.at("a"), watch.nextEvent(0).getKv().getKey(), "key of the event");
      Expect.equal(1, watch.create(keys.watch("a")).getWatchId(), "the next watch_id");
    }
  }

  private static void nobody(SignedIn signedIn, Keys keys) {
    try (WatchSession watch = signedIn.anonymous().watch()) {
      watch.refuse(keys.watch("a"), NOBODY);
    }
    try (WatchSession watch = signedIn.anonymous().withToken("wrong").watch()) {
      watch.refuse(keys.watch("a"), BAD_TOKEN);
    }
  }

  private static void revoked(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "a", "");
    try (WatchSession watch = user.watch()) {
      watch.create(keys.watch("a"));
      signedIn.accounts().revoke("u", keys.at("a").toStringUtf8(), "");
      signedIn.root().put(keys.put("a", "1"));
      Expect.equal(keys.at("a"), watch.nextEvent(0).getKv().getKey(), "key of the event");
      watch.refuse(keys.watch("a"), DENIED);
    }
  }

  private static void beyondTheRange(SignedIn signedIn, Keys keys) {
    Store user = signedIn.userWith("u", Permission.Type.READ, keys, "k", "l");
    try (WatchSession watch = user.watch()) {
      watch.refuse(keys.watch("k", "m"), DENIED);
      watch.create(keys.watch("k", "l"));
      signedIn.root().put(keys.put("k1", "1"));
      Expect.equal(keys.at("k1"), watch.nextEvent(0).getKv().getKey(), "key of the event");
    }
  }
}
