package dev.keelson.chaos.history;

/** Items as bytes. Old files must stay readable: numbers are never given to another kind. */
final class ItemCodec {
  private ItemCodec() {}

  static void write(Encoder out, Item item) {
    switch (item) {
      case Operation operation -> {
        out.small(1)
            .number(operation.id())
            .number(operation.process())
            .number(operation.member())
            .number(operation.callNanos())
            .number(operation.returnNanos() - operation.callNanos());
        RequestCodec.write(out, operation.request());
        OutcomeCodec.write(out, operation.outcome());
      }
      case WatchOpened opened -> {
        out.small(2)
            .number(opened.watch())
            .number(opened.process())
            .number(opened.member())
            .number(opened.resumes())
            .number(opened.nanos());
        write(out, opened.spec());
      }
      case WatchMessage message ->
          out.small(3)
              .number(message.watch())
              .number(message.nanos())
              .number(message.revision())
              .text(message.kind().name())
              .number(message.compactRevision())
              .flag(message.fragment())
              .<Change>list(message.changes(), change -> write(out, change));
      case WatchClosed closed ->
          out.small(4).number(closed.watch()).number(closed.nanos()).text(closed.reason());
      case Fault fault ->
          out.small(5)
              .text(fault.kind())
              .text(fault.target())
              .number(fault.fromNanos())
              .number(fault.untilNanos())
              .flag(fault.verified())
              .text(fault.detail());
      case Item.MemberStarted started ->
          out.small(6).number(started.member()).number(started.nanos());
      case Item.Mark mark -> out.small(7).text(mark.moment().name()).number(mark.nanos());
    }
  }

  static Item read(Decoder in) {
    int kind = in.small();
    return switch (kind) {
      case 1 -> operation(in);
      case 2 -> {
        long watch = in.number();
        int process = in.count();
        int member = in.count();
        long resumes = in.number();
        long nanos = in.number();
        yield new WatchOpened(watch, process, member, spec(in), resumes, nanos);
      }
      case 3 ->
          new WatchMessage(
              in.number(),
              in.number(),
              in.number(),
              WatchMessage.Kind.valueOf(in.text()),
              in.number(),
              in.flag(),
              in.list(() -> change(in)));
      case 4 -> new WatchClosed(in.number(), in.number(), in.text());
      case 5 -> new Fault(in.text(), in.text(), in.number(), in.number(), in.flag(), in.text());
      case 6 -> new Item.MemberStarted(in.count(), in.number());
      case 7 -> new Item.Mark(Item.Moment.valueOf(in.text()), in.number());
      default -> throw new IllegalArgumentException("no item of kind " + kind);
    };
  }

  private static Operation operation(Decoder in) {
    long id = in.number();
    int process = in.count();
    int member = in.count();
    long call = in.number();
    long duration = in.number();
    Request request = RequestCodec.read(in);
    return new Operation(
        id, process, member, request, call, call + duration, OutcomeCodec.read(in));
  }

  private static void write(Encoder out, WatchSpec spec) {
    RequestCodec.write(out, spec.keys());
    out.number(spec.startRevision())
        .flag(spec.previous())
        .flag(spec.fragment())
        .flag(spec.progress())
        .flag(spec.noPut())
        .flag(spec.noDelete());
  }

  private static WatchSpec spec(Decoder in) {
    return new WatchSpec(
        RequestCodec.keys(in), in.number(), in.flag(), in.flag(), in.flag(), in.flag(), in.flag());
  }

  private static void write(Encoder out, Change change) {
    out.flag(change.isPut());
    OutcomeCodec.write(out, change.version());
    OutcomeCodec.write(out, change.previous());
  }

  private static Change change(Decoder in) {
    return new Change(in.flag(), OutcomeCodec.version(in), OutcomeCodec.versions(in));
  }
}
