/** Generated from openapi.json by `npm run types`; not to be edited. */

export type Cell = null | boolean | number | string | Cell[];

export interface paths {
  "/api/alerts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Newest first. */
    get: operations["alerts"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/alerts/choices": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Signals, metrics and burn rates that rules can be made of. */
    get: operations["rule_choices"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/alerts/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: operations["change_alert"];
    trace?: never;
  };
  "/api/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who did what and why, newest first. */
    get: operations["audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/canaries/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Its steps and their checks, with both versions' numbers. */
    get: operations["canary"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/canaries/{id}/abort": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The champion answers everything again. */
    post: operations["abort_canary"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/canaries/{id}/advance": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** On to the next step, or to the end, whatever the checks say. */
    post: operations["advance_canary"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/channels": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Secrets read `***`. */
    get: operations["channels"];
    put?: never;
    post: operations["add_channel"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/channels/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Sends a made-up alert at once, through a channel that need not be kept yet, and tells what came of it. */
    post: operations["test_channel"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/channels/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** A secret sent back as `***` stays as it is. */
    put: operations["put_channel"];
    post?: never;
    /** With what waits for it and its log. */
    delete: operations["delete_channel"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/datasets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Registered data sets and the references of models, newest first. */
    get: operations["data_sets"];
    put?: never;
    /** Registers a file of this machine, where it lies or as a copy. A file that is registered already answers as it is. */
    post: operations["register_data_set"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/datasets/upload": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Registers an uploaded CSV or Parquet file. */
    post: operations["upload_data_set"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/datasets/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What its columns look like, and who uses it. */
    get: operations["data_set"];
    put?: never;
    post?: never;
    /** Into the bin; refused while a model or a run uses it. */
    delete: operations["delete_data_set"];
    options?: never;
    head?: never;
    /** Renames, tags, notes, and decides which columns are personal; fields left out stay as they are. */
    patch: operations["change_data_set"];
    trace?: never;
  };
  "/api/datasets/{id}/purge": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Removes a deleted data set for good; a file that was not copied stays where it lies. */
    post: operations["purge_data_set"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/datasets/{id}/restore": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Back from the bin. */
    post: operations["restore_data_set"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/datasets/{id}/train": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Starts the making of a first model; it goes on in the background and ends in a new model with a score card. */
    post: operations["train_first_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/deliveries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Messages sent or on their way, with every attempt; the newest first. */
    get: operations["deliveries"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/events": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What changes, twice a second: the `data` of each event is a `Live`. */
    get: operations["events"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/imports": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Looks at a model file and tries it, without deploying. Also answers when the file is refused: see `refused`. */
    post: operations["stage_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/imports/{token}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["staged_model"];
    put?: never;
    post?: never;
    /** Throws a staged file away. */
    delete: operations["discard_import"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/imports/{token}/deploy": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes a staged file a version and serves it. */
    post: operations["deploy_import"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/labels": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What turned out to be true: as JSON, or as CSV with the columns `id` and `label`. */
    post: operations["label"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["models"];
    put?: never;
    /** Stages and deploys a model file in one step. */
    post: operations["import_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["model"];
    put?: never;
    post?: never;
    /** Out of service and into the bin. */
    delete: operations["delete_model"];
    options?: never;
    head?: never;
    /** Renames, and changes the card, tags, settings and alert rules; fields left out stay as they are. */
    patch: operations["change_model"];
    trace?: never;
  };
  "/api/models/{name}/alerts/backtest": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** How often and when a rule would have fired, over stored history. Changes nothing. */
    post: operations["backtest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/alerts/rules": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The rules of a model in words, and how each stands. They are changed with the model. */
    get: operations["rules"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/alerts/snooze": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Puts off a rule, or all rules of a model: alerts open, but nobody is told before the time is up. */
    post: operations["snooze"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/annotations": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Notes on a model's charts, oldest first. */
    get: operations["annotations"];
    put?: never;
    post: operations["annotate"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/annotations/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    delete: operations["delete_annotation"];
    options?: never;
    head?: never;
    patch: operations["change_annotation"];
    trace?: never;
  };
  "/api/models/{name}/audit": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Who did what to this model and why, newest first. */
    get: operations["model_audit"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/canaries": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The canary under way or watched, and those before; newest first. */
    get: operations["canaries"];
    put?: never;
    /** Lets a version answer a share of the requests, and more with every step that passes, until it is champion. */
    post: operations["start_canary"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/charts": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Up to 32 charts of one model over one range, each as SVG with the numbers in it. */
    post: operations["charts"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/charts/{file}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One chart as a file: `latency.svg` is a picture, `latency.csv` the numbers in it. */
    get: operations["chart_file"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/concept": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a version's errors stand with the detectors that watch them. */
    get: operations["concept"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/datasets": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Joins recorded predictions with their labels into a registered data set, by window and filter. */
    post: operations["join_data_set"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/drift-report": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Drift recomputed from the recorded rows of a window against the reference data set: every column's test, score,
     *     direction and contributions, and all columns together.
     */
    get: operations["drift_report"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/estimate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Accuracy estimated without labels, and how far the estimate is off where labels have come. */
    get: operations["estimate"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/estimate/reweighted": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** A second opinion on the estimate: the reference's realised metric, weighted to look like the newest window. */
    get: operations["reweighted"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/explain": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What the champion's answers hang on, and what the drift of its inputs does to them. The first call starts the
     *     work in the background; ask again until it is no longer `running`.
     */
    get: operations["explain"];
    put?: never;
    post?: never;
    /** Ends the work on an explanation. */
    delete: operations["cancel_explain"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/fairness": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** How a classifier treats the groups of the input that its settings name. */
    get: operations["fairness"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/metrics": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every metric of a range with its interval, how much of the truth is known, calibration and confusion. */
    get: operations["metrics"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/monitor": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Tiles, drift per input and metrics over a range of time. */
    get: operations["monitor"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/predict": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Answers named rows in words: label, probabilities, value. */
    post: operations["predict"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/promote": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes a version the champion; no request fails meanwhile. */
    post: operations["promote_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/purge": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Removes a deleted model for good, with its files and history. */
    post: operations["purge_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/quality": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Every check of a version, with what it shows over a range of time and in its steps. */
    get: operations["quality"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/quality/checks": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    /** Changes, adds and removes checks; in force with the next request. Checks not named stay as they are. */
    put: operations["change_quality"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/quality/learn": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Learns the checks again from the reference data set or from recorded rows; with `dry_run` only tells what
     *     would change. Checks that were edited by hand stay unless `replace_edited`.
     */
    post: operations["learn_quality"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/quality/violations": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Rows that failed checks, newest first: every tagged one, of the others the newest as examples. */
    get: operations["quality_violations"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/reference": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes a CSV or Parquet file, or a registered data set, the model's reference; its columns name the features. */
    post: operations["set_reference"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/replay": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The replay under way, or the last one. */
    get: operations["replay"];
    put?: never;
    /**
     * Answers recorded requests again, by any version: what would change if it were champion. Nothing of it is recorded
     *     or counted. It goes on in the background; one under way is ended.
     */
    post: operations["start_replay"];
    /** Ends a replay. */
    delete: operations["cancel_replay"];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/report": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What a model did over a range of time: numbers, events, retraining, charts, drift. */
    get: operations["report"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/restart": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** New workers for the model; ends a quarantine. */
    post: operations["restart_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/restore": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Back from the bin, whole. */
    post: operations["restore_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/retrain/dry-run": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What a retraining would use, and what stands in its way. */
    post: operations["dry_run"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/rollback": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Champion and previous champion change places. */
    post: operations["rollback_model"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/runs": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Newest first. */
    get: operations["model_runs"];
    put?: never;
    /** Starts a retraining. */
    post: operations["start_run"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/slices": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The model on the recorded labelled rows of each bin and category of its inputs. */
    get: operations["slices"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/slices/worst": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The slices on which the model does worst, searched over single inputs and pairs. */
    get: operations["worst_slices"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/triggers": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Whether a retraining would start by itself now: which conditions hold, and what stands in the way. */
    get: operations["triggers"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/models/{name}/triggers/backtest": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** When triggers would have fired over stored history; those of the model if none are given. */
    post: operations["backtest_triggers"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/notifications/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Shows on the desktop how an alert arrives there, if notifications are on; open pages show it, too. */
    post: operations["test_notification"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/openapi.json": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document. */
    get: operations["openapi"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/queue": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Retrainings of all models that are under way or wait for their turn. */
    get: operations["queue"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runners/manifest": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The Job that a Kubernetes runner applies. */
    post: operations["runner_manifest"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runners/test": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Asks what is to train whether it is there. */
    post: operations["test_runner"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["run"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["cancel_run"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{id}/compare": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Compares what a run made with its champion once more, by the rows that were labelled since. */
    post: operations["compare_run_again"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{id}/promote": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Makes what a run trained the champion, whatever its gates said. */
    post: operations["promote_run"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/runs/{id}/rows-to-label": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Recorded rows without a label, those first that would tell most between the champion and the run's challenger. */
    get: operations["rows_to_label"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/samples": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["samples"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/samples/{name}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Imports a sample with its reference data and card. */
    post: operations["load_sample"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/settings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["settings"];
    /** Replaces the settings; fields left out return to their defaults. */
    put: operations["put_settings"];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/status": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Load, memory, traffic and where the data lies. */
    get: operations["status"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/storage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What takes how much of the data folder, and how long it is kept. */
    get: operations["storage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/storage/compact": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Writes the database anew without its free pages.
     * @description Nothing is recorded until it is done, seconds for each gigabyte, and predictions that find no room meanwhile are
     *     dropped from the record. It needs as much free disk as the database has. Seldom needed: freed space is given back
     *     by itself, unless `gives_back` is false.
     */
    post: operations["compact_storage"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/trainings": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** First models made or in the making, newest first. */
    get: operations["trainings"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/trainings/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["training"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/trainings/{id}/cancel": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post: operations["cancel_training"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["v2_server"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/health/live": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["v2_live"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/health/ready": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["v2_ready"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/models/{name}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["v2_model"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/models/{name}/infer": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Runs the champion on tensors, as JSON or with binary tensors after the JSON. */
    post: operations["v2_infer"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/models/{name}/ready": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["v2_model_ready"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/models/{name}/versions/{version}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["v2_model_version"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/models/{name}/versions/{version}/infer": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Runs one version on tensors. */
    post: operations["v2_infer_version"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v2/models/{name}/versions/{version}/ready": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get: operations["v2_version_ready"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description One firing of a rule, with the numbers that made it fire. */
    Alert: {
      acknowledged: boolean;
      id: components["schemas"]["AlertId"];
      /** @description A sentence: what, since when, how much. */
      message: string;
      model: components["schemas"]["ModelId"];
      /** @description The id of the rule that fired. */
      rule: string;
      severity: components["schemas"]["Severity"];
      signal: components["schemas"]["Signal"];
      since: components["schemas"]["Time"];
      snoozed_until?: components["schemas"]["Time"] | null;
      /** @description The input or metric it is about, where it is about one. */
      subject?: string | null;
      /** Format: double */
      threshold: number;
      until?: components["schemas"]["Time"] | null;
      /** Format: double */
      value: number;
      why?: components["schemas"]["Why"] | null;
    };
    /** Format: int64 */
    AlertId: number;
    AlertPatch: {
      /** @default null */
      acknowledged: boolean | null;
      /**
       * Format: int32
       * @description Minutes from now; 0 ends the snooze.
       * @default null
       */
      snooze_min: number | null;
    };
    AlertView: components["schemas"]["Alert"] & {
      model_name: string;
      /** @description A retraining may help. */
      retrain: boolean;
    };
    /** @description Names that move between versions. */
    Aliases: {
      challenger?: components["schemas"]["VersionId"] | null;
      champion?: components["schemas"]["VersionId"] | null;
      previous?: components["schemas"]["VersionId"] | null;
    };
    /** @description A person's note at a time, drawn on charts. */
    Annotation: {
      changed: components["schemas"]["Time"];
      /** Format: int64 */
      id: number;
      text: string;
      time: components["schemas"]["Time"];
      who: string;
    };
    /** @description Fields left out stay as they are. */
    AnnotationPatch: {
      /** @default null */
      text: string | null;
      /** @default null */
      time: components["schemas"]["Time"] | null;
      /** @default null */
      who: string | null;
    };
    AnnotationRequest: {
      text: string;
      time?: components["schemas"]["Time"] | null;
      who?: string | null;
    };
    /** @description Which outputs hold the answer. */
    Answer: {
      /** @description A tensor with one label (number or string) a row. */
      label?: string | null;
      /** @description True when the scores are logits, so that a softmax gives probabilities. */
      logits: boolean;
      /**
       * @description A score per class: a tensor [rows, classes], or a sequence of maps (ZipMap); or a tensor [rows, 1] with the
       *     score of the second of two classes (a sigmoid).
       */
      scores?: string | null;
      /** @description A tensor with one number a row. */
      value?: string | null;
    };
    /** @enum {string} */
    AnswerUnit: "probability" | "class" | "value";
    /** @description What one row was answered. */
    Answered: {
      label?: string | null;
      /** @description Probability per class, in the order of [`Schema::labels`]. */
      probabilities?: number[] | null;
      /** Format: double */
      value?: number | null;
    };
    /** @description One recorded row with its answer and that of another version. */
    AnsweredTwice: {
      after: components["schemas"]["Answered"];
      /** @description Another class, or numbers further apart than a tenth of the recorded answers' standard deviation. */
      apart: boolean;
      before: components["schemas"]["Answered"];
      features: {
        [key: string]: components["schemas"]["Cell"];
      };
      /** @description What a label names. */
      id: string;
      /**
       * Format: double
       * @description Half the summed difference of the classes' probabilities, or the distance of the numbers in standard deviations.
       */
      size: number;
      time: components["schemas"]["Time"];
      truth?: components["schemas"]["Truth"] | null;
    };
    Asked: {
      column: string;
      /** Format: double */
      share: number;
    };
    /** @description One attempt to deliver a message. */
    Attempt: {
      /** @description What the other side answered, or what went wrong. */
      answer: string;
      /** Format: int32 */
      number: number;
      ok: boolean;
      time: components["schemas"]["Time"];
      /** Format: int64 */
      took_ms: number;
    };
    /**
     * @description Whether the inputs that matter are still those that mattered: nDCG of the importance on the reference, ranked
     *     by the importance now (as SageMaker Clarify and Vertex AI do).
     */
    Attribution: {
      drifted: boolean;
      /**
       * Format: double
       * @description Drifted below this.
       */
      limit: number;
      /**
       * Format: double
       * @description 1 for the same order.
       */
      ndcg: number;
      /** Format: int64 */
      reference_rows: number;
      sentence: string;
    };
    /** @description One change, who made it and why. Append-only. */
    Audit: {
      kind: components["schemas"]["EventKind"];
      model?: components["schemas"]["ModelId"] | null;
      time: components["schemas"]["Time"];
      /** @description What was done, in words. */
      what: string;
      who: string;
      /** @description The reason given, may be empty. */
      why: string;
    };
    AuditView: components["schemas"]["Audit"] & {
      model_name?: string | null;
    };
    Axis: {
      /** @description On a category axis: category `i` covers `i` to `i + 1`. */
      categories: string[];
      /**
       * Format: double
       * @description The value at the left or lower end: milliseconds since the epoch on a time axis.
       */
      from: number;
      kind: components["schemas"]["AxisKind"];
      /** @description What lies along the axis, where it is not time; may be empty. */
      name: string;
      /**
       * Format: double
       * @description The value at the right or upper end.
       */
      to: number;
    };
    /** @enum {string} */
    AxisKind: "time" | "number" | "category";
    /** @description What a rule would have done. */
    Backtest: {
      chart?: components["schemas"]["Chart"] | null;
      /**
       * Format: int32
       * @description Evaluations, and those that had enough data.
       */
      evaluations: number;
      /**
       * Format: int64
       * @description Milliseconds it would have been firing, in all.
       */
      firing_ms: number;
      firings: components["schemas"]["Firing"][];
      from: components["schemas"]["Time"];
      /** Format: int32 */
      judged: number;
      /** @description What is worth knowing about the answer, such as windows made wider than the rule's. */
      notes: string[];
      points: components["schemas"]["BacktestPoint"][];
      /** @description "would have fired 3 times in 30 days, for 2 h in all". */
      sentence: string;
      /**
       * Format: int64
       * @description Between two evaluations.
       */
      step_ms: number;
      to: components["schemas"]["Time"];
      unit: components["schemas"]["SignalUnit"];
    };
    BacktestLook: {
      /** Format: int32 */
      height: number;
      theme: components["schemas"]["Theme"];
      /**
       * Format: int32
       * @description Minutes the reader's clock is ahead of UTC.
       */
      utc_offset_min?: number;
      /** Format: int32 */
      width: number;
    };
    /** @description One evaluation: what was compared, and with what. */
    BacktestPoint: {
      firing: boolean;
      /** Format: double */
      high?: number | null;
      /**
       * Format: double
       * @description What is usual, for an anomaly: `value` then is the signal's own, and the limits are in `low` and `high`.
       */
      low?: number | null;
      time: components["schemas"]["Time"];
      /** Format: double */
      value?: number | null;
    };
    /** @description A rule and the range of the past to try it on. */
    BacktestRequest: {
      from?: components["schemas"]["Time"] | null;
      /**
       * Format: int32
       * @description 30 days if left out.
       */
      last_s?: number | null;
      look?: components["schemas"]["BacktestLook"] | null;
      rule: components["schemas"]["Rule"];
      to?: components["schemas"]["Time"] | null;
    };
    Band: {
      /** Format: double */
      high?: number | null;
      /** Format: double */
      low?: number | null;
    };
    /** @description What drift is measured against. */
    Baseline: {
      from: components["schemas"]["BaselineFrom"];
      /**
       * Format: int64
       * @description Rows it needs (when learnt from traffic).
       */
      needed: number;
      /**
       * Format: int64
       * @description Rows it was made from so far.
       */
      rows: number;
    };
    /** @enum {string} */
    BaselineFrom: "reference" | "first_predictions";
    BlockedHours: {
      by: components["schemas"]["TriggerBlockKind"];
      /** Format: int32 */
      hours: number;
    };
    /** @description A value that lies between two bounds for certain, with the likeliest guess. */
    Bounded: {
      /** Format: double */
      high: number;
      /** Format: double */
      low: number;
      /** Format: double */
      value: number;
    };
    /** @description A pair of windows of the SRE workbook, chapter 5. */
    BurnRatePreset: {
      /**
       * Format: double
       * @description Share of a 30-day budget that is gone when it fires.
       */
      budget: number;
      /** Format: double */
      factor: number;
      /** Format: int32 */
      long_s: number;
      severity: components["schemas"]["Severity"];
      /** Format: int32 */
      short_s: number;
    };
    /** @description The mean of an expression over labelled rows. */
    BusinessMetric: {
      /**
       * @description Over `y` (truth), `yhat` (answer), `p` and `p_<class>` (probabilities) and the features by name:
       *     `if(yhat == "yes", if(y == "yes", 120, -40), 0)`.
       */
      expression: string;
      higher_is_better: boolean;
      name: string;
      /** @description `EUR`, say; may be empty. */
      unit?: string;
    };
    /** @description One version on its way to become champion, or watched after it did. */
    Canary: {
      challenger: components["schemas"]["VersionId"];
      /** @description What it is to replace. */
      champion: components["schemas"]["VersionId"];
      created: components["schemas"]["Time"];
      ended?: components["schemas"]["Time"] | null;
      id: components["schemas"]["CanaryId"];
      model: components["schemas"]["ModelId"];
      /** @description Why it ended as it did, in words; empty until then. */
      reason: string;
      run?: components["schemas"]["RunId"] | null;
      /**
       * Format: int64
       * @description Whether a request belongs to the share follows from this and the request's id.
       */
      seed: number;
      /** @description As they were when it began. */
      settings: components["schemas"]["CanarySettings"];
      state: components["schemas"]["CanaryState"];
      /** @description Those that began, in their order; none where it was promoted at once, and only is watched. */
      steps: components["schemas"]["CanaryStep"][];
      watch?: components["schemas"]["CanaryStep"] | null;
      who: string;
      /** @description The reason given, may be empty. */
      why: string;
    };
    /** @description Both versions by one measure. */
    CanaryCheck: {
      /** Format: double */
      challenger?: number | null;
      /** Format: int64 */
      challenger_n: number;
      /**
       * Format: double
       * @description Shares from 0 to 1 for errors and accuracy, milliseconds, the target's unit for an error; `null` where there
       *     is nothing to say. The PSI has no value of the champion's.
       */
      champion?: number | null;
      /**
       * Format: int64
       * @description Requests or rows they stand on.
       */
      champion_n: number;
      kind: components["schemas"]["CanaryCheckKind"];
      /**
       * Format: double
       * @description What the challenger's may be: at most, but of accuracy at least.
       */
      limit?: number | null;
      /** @description `null` while there is too little to decide by. */
      passed?: boolean | null;
      /** @description Why, in words. */
      reason: string;
    };
    /** @enum {string} */
    CanaryCheckKind: "errors" | "latency" | "outputs" | "accuracy" | "mean_absolute_error" | "alerts";
    /**
     * Format: int64
     * @description A version that answers a share of the requests before it answers all.
     */
    CanaryId: number;
    /** @description How far a canary under way is. */
    CanaryPulse: {
      /** Format: int32 */
      challenger: number;
      id: components["schemas"]["CanaryId"];
      /**
       * Format: double
       * @description Of the requests, 0 to 1.
       */
      share: number;
      state: components["schemas"]["CanaryState"];
      /**
       * Format: int32
       * @description From 0; after the last one it is watched.
       */
      step: number;
      /** Format: int32 */
      steps: number;
    };
    CanaryRequest: {
      /**
       * @description Needed where a gate held the version.
       * @default
       */
      reason: string;
      /** @default null */
      settings: components["schemas"]["CanarySettings"] | null;
      /**
       * Format: int32
       * @description A version number; the challenger if left out.
       * @default null
       */
      version: number | null;
      /** @default null */
      who: string | null;
    };
    /** @description How a version takes over from the champion. */
    CanarySettings: {
      /**
       * @description Whether a retraining that is promoted without asking goes this way; else it answers everything at once.
       * @default false
       */
      automatic: boolean;
      /**
       * Format: int32
       * @description and until the version was asked so often in it.
       * @default 100
       */
      min_requests: number;
      /**
       * @description Share of the requests at each step, above 0 to 1, each larger than the one before. After the last one the
       *     version becomes champion.
       * @default [
       *       0.1,
       *       0.5,
       *       1
       *     ]
       */
      shares: number[];
      /**
       * Format: int32
       * @description A step lasts at least so long, seconds,
       * @default 600
       */
      step_s: number;
      /**
       * @default {
       *       "accuracy": 0.05,
       *       "errors": 0.01,
       *       "latency_factor": 1.5,
       *       "latency_ms": 5,
       *       "min_labels": 50,
       *       "psi": 0.25
       *     }
       */
      tolerance: components["schemas"]["CanaryTolerance"];
      /**
       * Format: int32
       * @description After a promotion of any kind the new champion is held against its predecessor for so long, seconds, and the
       *     predecessor answers again where it does worse; 0 looks no further.
       * @default 0
       */
      watch_s: number;
    };
    /** @enum {string} */
    CanaryState: "running" | "watching" | "promoted" | "stepped_back" | "aborted";
    /** @description A share for a time. */
    CanaryStep: {
      /** Format: int64 */
      challenger_requests: number;
      /**
       * Format: int64
       * @description Requests that each was asked in it, failed ones too.
       */
      champion_requests: number;
      /** @description As they stood when it was looked at last. */
      checks: components["schemas"]["CanaryCheck"][];
      ended?: components["schemas"]["Time"] | null;
      /** Format: double */
      share: number;
      started: components["schemas"]["Time"];
    };
    /** @description How much worse than the champion a version may do. */
    CanaryTolerance: {
      /**
       * Format: double
       * @description Its labelled answers may be worse by this much, surely: points of accuracy, or a share of the mean absolute error.
       * @default 0.05
       */
      accuracy: number;
      /**
       * Format: double
       * @description It may fail more requests by this much of them, surely; 0 to 1.
       * @default 0.01
       */
      errors: number;
      /**
       * Format: double
       * @description Its 95th percentile of latency may be so many times the champion's,
       * @default 1.5
       */
      latency_factor: number;
      /**
       * Format: double
       * @description or so many milliseconds more, where that is more.
       * @default 5
       */
      latency_ms: number;
      /**
       * Format: int32
       * @description Fewer labelled rows than this on either side don't decide.
       * @default 50
       */
      min_labels: number;
      /**
       * Format: double
       * @description The population stability index of its answers against the champion's in the same time, at most.
       * @default 0.25
       */
      psi: number;
    };
    CanaryView: components["schemas"]["Canary"] & {
      /** Format: int32 */
      challenger_number: number;
      /** Format: int32 */
      champion_number: number;
      waits?: components["schemas"]["CanaryWait"] | null;
    };
    /** @description The step is judged when both are there. */
    CanaryWait: {
      /**
       * Format: int64
       * @description Requests to the version that are still to come.
       */
      requests: number;
      until: components["schemas"]["Time"];
    };
    Candidate: {
      chosen: boolean;
      /**
       * Format: double
       * @description Mean over the folds and its deviation; `None` where a fold could not be learnt.
       */
      loss?: number | null;
      /** Format: double */
      loss_sd?: number | null;
      method: components["schemas"]["LearnMethod"];
      parameters: [string, number][];
      /** Format: double */
      score?: number | null;
      /** @description Why there is no loss. */
      why?: string | null;
    };
    /** @description One value of a named row: a number, text, boolean, `null`, or nested lists for tensors. */
    Cell: Cell;
    /** @description A way out of the machine. There is none until somebody makes one. */
    Channel: {
      enabled?: boolean;
      /**
       * Format: int32
       * @description Alerts within so many seconds become one message.
       */
      group_s?: number;
      /**
       * Format: int64
       * @description Given by the store; 0 for a new one.
       */
      id?: number;
      /** @description Names of models; empty for all. */
      models?: string[];
      name: string;
      /** @description Tells when an alert is over, too. */
      resolved?: boolean;
      /** @description Takes alerts of this severity and above. */
      severity?: components["schemas"]["Severity"];
      target: components["schemas"]["ChannelTarget"];
    };
    ChannelTarget:
      | {
          /** @enum {string} */
          kind: "webhook";
          secret?: components["schemas"]["Secret"] | null;
          url: string;
        }
      | {
          from: string;
          host: string;
          /** @enum {string} */
          kind: "email";
          password?: components["schemas"]["Secret"] | null;
          /** Format: int32 */
          port: number;
          security: components["schemas"]["Security"];
          to: string[];
          user?: string | null;
        }
      | {
          /** @enum {string} */
          kind: "slack";
          url: components["schemas"]["Secret"];
        }
      | {
          args?: string[];
          /** @enum {string} */
          kind: "command";
          program: string;
          /**
           * Format: int32
           * @description It is ended after so many seconds.
           */
          timeout_s?: number;
        };
    /** @description What came of a test. */
    ChannelTest: {
      /** @description What the other side answered, or what went wrong. */
      answer: string;
      ok: boolean;
      /** Format: int64 */
      took_ms: number;
    };
    /** @description A picture and the numbers in it. */
    Chart: {
      frame: components["schemas"]["Frame"];
      /** @description A complete `<svg>` element, ready to be put into a page or a file. */
      svg: string;
    };
    /** @enum {string} */
    ChartKind:
      | "latency"
      | "latency_heatmap"
      | "throughput"
      | "accuracy"
      | "coverage"
      | "confidence"
      | "calibration"
      | "confusion"
      | "residuals"
      | "roc"
      | "precision_recall"
      | "drift"
      | "heatmap"
      | "unknown_words"
      | "distance"
      | "together"
      | "quality"
      | "quality_heatmap"
      | "histogram"
      | "cpu"
      | "memory"
      | "queue"
      | "loss"
      | "search"
      | "importance"
      | "concept";
    ChartRequest: {
      /** @description For `drift`, `histogram`, `unknown_words` and `distance`; the most drifted input if left out. */
      feature?: string | null;
      /** Format: int32 */
      height: number;
      kind: components["schemas"]["ChartKind"];
      /**
       * Format: int64
       * @description For `loss`, `search` and `importance`.
       */
      run?: number | null;
      /** Format: int32 */
      width: number;
    };
    ChartView: components["schemas"]["Chart"] & {
      feature?: string | null;
      kind: components["schemas"]["ChartKind"];
      /** @description "since 13:46, values higher". */
      note: string;
      title: string;
    };
    ChartsAnswer: {
      charts: components["schemas"]["ChartView"][];
      from: components["schemas"]["Time"];
      now: components["schemas"]["Time"];
      /** @description Buckets of counters that were read for it: about a thousand at most, whatever the range. */
      read: number;
      /**
       * Format: int64
       * @description Width of a point.
       */
      step_ms: number;
      to: components["schemas"]["Time"];
    };
    /** @description Which charts to draw, for which range, in which size. */
    ChartsRequest: {
      charts: components["schemas"]["ChartRequest"][];
      /**
       * Format: int32
       * @description Another version, drawn dashed into the same charts of lines; needs `version`.
       */
      compare?: number | null;
      from?: components["schemas"]["Time"] | null;
      /** Format: int32 */
      last_s?: number | null;
      theme: components["schemas"]["Theme"];
      to?: components["schemas"]["Time"] | null;
      /**
       * Format: int32
       * @description Minutes the reader's clock is ahead of UTC.
       */
      utc_offset_min?: number;
      /**
       * Format: int32
       * @description A version number; all versions if left out.
       */
      version?: number | null;
    };
    /** @enum {string} */
    CheckState: "passed" | "failed" | "not_enough" | "off";
    /**
     * @description What kind of failure it is; `server` maps each code to one HTTP status.
     * @enum {string}
     */
    Code: "invalid" | "not_found" | "conflict" | "too_large" | "unsupported" | "busy" | "unavailable" | "internal";
    /**
     * @description A colour by its role; serialised as the name of the page's custom property (`--c1`).
     * @enum {string}
     */
    Color: "c1" | "c2" | "c3" | "c4" | "c5" | "c6" | "ok" | "watch" | "act" | "reference";
    /** @description What was found of a column. Every number is finite. */
    ColumnDrift: {
      /**
       * @description Bins or categories by their share of the PSI, the largest first. New categories have a reference of 0,
       *     disappeared ones a current of 0.
       */
      contributions: components["schemas"]["Contribution"][];
      /** @description In whose terms the rest is told. */
      definition?: components["schemas"]["Definition"];
      direction?: components["schemas"]["Direction"] | null;
      drifted: boolean;
      effect: components["schemas"]["Effect"];
      /** Format: int64 */
      missing_current: number;
      /** Format: int64 */
      missing_reference: number;
      /** Format: int64 */
      n_current: number;
      /**
       * Format: int64
       * @description Values that are there.
       */
      n_reference: number;
      name: string;
      /** Format: double */
      p_value?: number | null;
      /**
       * Format: double
       * @description On Evidently's bins.
       */
      psi?: number | null;
      /** @description At 5, 25, 50, 75 and 95%, for numbers. */
      quantiles: components["schemas"]["QuantileShift"][];
      /**
       * Format: double
       * @description A p-value where the test has one, else its distance.
       */
      score?: number | null;
      /** @description In words: what moved and which way, or why nothing can be said. */
      sentence: string;
      /**
       * Format: double
       * @description Difference of the means in standard deviations of the reference.
       */
      shift?: number | null;
      significance?: components["schemas"]["Significance"] | null;
      /**
       * Format: double
       * @description The smallest difference that so many rows show four times of five at 5%: standard deviations for numbers,
       *     Cramér's V for categories.
       */
      smallest_detectable?: number | null;
      state: components["schemas"]["State"];
      test?: components["schemas"]["Method"] | null;
      /** @description Every test that applies by the names of scipy, Evidently and NannyML, where asked for. */
      tests?: {
        [key: string]: number;
      };
      text?: components["schemas"]["TextDrift"] | null;
      /**
       * Format: double
       * @description What the score is compared with: drift at or below it for p-values, at or above it for distances.
       */
      threshold?: number | null;
      type: components["schemas"]["ColumnKind"];
      vectors?: components["schemas"]["VectorDrift"] | null;
    };
    /** @enum {string} */
    ColumnKind: "numeric" | "integer" | "categorical" | "boolean" | "text" | "vector";
    ColumnSeen: components["schemas"]["DataColumn"] & {
      /** @description Whether a person decided it. */
      decided: boolean;
      personal?: components["schemas"]["Personal"] | null;
    };
    /**
     * @description How conditions are put together.
     * @enum {string}
     */
    Combine: "any" | "all";
    /** @description A program that is started in the job's folder, without a shell unless the program is one. */
    CommandRunner: {
      args?: string[];
      data?: components["schemas"]["DataFormat"];
      /** @description Added to the program's environment. */
      env?: {
        [key: string]: string;
      };
      /**
       * Format: int32
       * @description It is ended when it and what it started hold more memory than this, MiB; `null`: no limit.
       */
      memory_mib?: number | null;
      /** @description A path, or a name that is looked for in `PATH`. */
      program: string;
      /**
       * Format: int32
       * @description It is ended after so many seconds.
       */
      timeout_s?: number;
    };
    CommonValue: {
      /** Format: int64 */
      rows: number;
      value: string;
    };
    /** @description Champion and challenger on the same rows. */
    Comparison: {
      /**
       * Format: int32
       * @description Parts of a cross-fitted comparison; 0 where the challenger itself answered held-out rows.
       */
      folds?: number;
      lines: components["schemas"]["ComparisonLine"][];
      /**
       * Format: int32
       * @description So many more labelled rows would settle what is undecided, four times of five.
       */
      more_rows?: number | null;
      passed: boolean;
      /** Format: int32 */
      rows_new: number;
      /** Format: int32 */
      rows_old: number;
    };
    ComparisonLine: {
      /** Format: double */
      challenger: number;
      /** Format: double */
      champion: number;
      /**
       * Format: double
       * @description Challenger minus champion, with its interval where one is computed.
       */
      difference: number;
      /** Format: double */
      high?: number | null;
      higher_is_better: boolean;
      /** Format: double */
      low?: number | null;
      /**
       * Format: int32
       * @description So many more labelled rows would decide this line, four times of five.
       */
      more_rows?: number | null;
      /** @description `null` for lines that inform and do not decide. */
      passed?: boolean | null;
      /** @description Why it passed or was held, in words. */
      reason: string;
      test?: components["schemas"]["PairedTest"] | null;
      unit: string;
      /** @description e.g. "accuracy, new rows". */
      what: string;
    };
    ConceptSettings: {
      /**
       * @description Empty for the usual ones: ADWIN, and Page-Hinkley too for a regression.
       * @default []
       */
      detectors: components["schemas"]["DetectorName"][];
      /** @default true */
      enabled: boolean;
    };
    /** @enum {string} */
    ConceptState: "off" | "waiting" | "steady" | "warning" | "risen";
    /** @description How the errors of a version stand with the detectors that watch them, in the order its labels arrive. */
    ConceptView: {
      /** @description The newest first. */
      detections: components["schemas"]["DetectionView"][];
      detectors: components["schemas"]["DetectorView"][];
      /**
       * Format: int64
       * @description Labels taken so far, by arrival.
       */
      labels: number;
      /**
       * Format: double
       * @description Mean error of about the newest hundred labels.
       */
      recent?: number | null;
      /** @description "errors rose from 2.1% to 8.7% since 13:46 UTC (ADWIN, 640 labels)". */
      sentence: string;
      state: components["schemas"]["ConceptState"];
      unit: components["schemas"]["ErrorUnit"];
      /** Format: int32 */
      version: number;
      /** @description When a detector began to warn, the newest first. */
      warnings: components["schemas"]["Time"][];
    };
    /** @description What a rule compares with its threshold. */
    Condition:
      | {
          /** @enum {string} */
          kind: "threshold";
        }
      | {
          /** @enum {string} */
          kind: "change";
          relative: boolean;
        }
      | {
          /** @enum {string} */
          kind: "burn_rate";
          /**
           * Format: int64
           * @description Fewer events than this in the long window say nothing.
           */
          min_events: number;
          /**
           * Format: double
           * @description Share that should be good, 0.999 for example.
           */
          objective: number;
          /**
           * Format: int32
           * @description The shorter window, seconds.
           */
          short_s: number;
        }
      | {
          /**
           * Format: int32
           * @description Days of the past that are learnt from.
           */
          history_days: number;
          /** @enum {string} */
          kind: "anomaly";
          season: components["schemas"]["Season"];
        }
      | {
          /** @enum {string} */
          kind: "no_traffic";
        };
    /** @description Rows by true class (outer) and predicted class (inner), both in the order of `labels`. */
    ConfusionMatrix: {
      counts: number[][];
      labels: string[];
    };
    /** @description A bin's part in the drift. */
    Contribution: {
      bin: string;
      /** Format: double */
      current: number;
      /**
       * Format: double
       * @description Share of the rows in the reference and in the window.
       */
      reference: number;
      /**
       * Format: double
       * @description Share of the PSI, 0 to 1.
       */
      share: number;
    };
    /**
     * @description What the number of a signal counts.
     * @enum {string}
     */
    Counted: "requests" | "rows" | "labels";
    /** @description How much of the truth is known, and after how long. */
    CoverageView: {
      /** Format: int64 */
      labelled: number;
      /**
       * Format: double
       * @description From prediction to label, of half and of nine in ten labels, milliseconds; within 2%.
       */
      lag_median_ms?: number | null;
      /** Format: double */
      lag_p90_ms?: number | null;
      /**
       * Format: double
       * @description What the settings ask for.
       */
      least_share: number;
      /** @description Enough labels for the metrics to be judged; with fewer, those that came first may not be like the others. */
      mature: boolean;
      /**
       * Format: int64
       * @description Answered rows, and those among them that have a label.
       */
      rows: number;
      /**
       * Format: double
       * @description `labelled / rows`; missing without rows.
       */
      share?: number | null;
    };
    /** @description Candidates on the same folds of the rows learnt from. */
    CrossValidation: {
      candidates: components["schemas"]["Candidate"][];
      /** Format: int32 */
      folds: number;
      /** @description What decides: the lowest mean. */
      loss: components["schemas"]["MetricName"];
      rows: number;
      /** @description Shown beside it. */
      score: components["schemas"]["MetricName"];
    };
    /** @description What triggers may spend in a day; runs started by hand don't count. */
    DailyBudget: {
      /**
       * Format: int32
       * @description Minutes that they took; one that is under way is not stopped.
       * @default null
       */
      minutes: number | null;
      /**
       * Format: int32
       * @description Runs of this model a day; `null` is without limit.
       * @default null
       */
      runs: number | null;
    };
    /** @description What a column looks like. */
    DataColumn: {
      /** @description The most frequent values as text; empty where every value differs. */
      common: components["schemas"]["CommonValue"][];
      /** Format: int64 */
      distinct: number;
      /** @description `numeric`, `integer`, `boolean`, `categorical`, `text` or `timestamp`. */
      kind: string;
      /**
       * Format: int64
       * @description Rows without a value.
       */
      missing: number;
      name: string;
      /** @description What is worth a word: "constant", "mostly missing", "unique in every row". */
      notes: string[];
      numbers?: components["schemas"]["NumberFacts"] | null;
      suggested?: components["schemas"]["Personal"] | null;
    };
    /** @enum {string} */
    DataFormat: "csv" | "parquet";
    /** @description The recorded predictions that a data set was joined from. */
    DataLineage: {
      /** @description The expression that every row fulfils; empty for all rows. */
      filter: string;
      from: components["schemas"]["Time"];
      model: string;
      /** Format: int64 */
      seed?: number | null;
      /** @description In one line: "predictions of churn, 2026-11-01 to 2026-11-07, region == \"EU\"". */
      summary: string;
      to: components["schemas"]["Time"];
    };
    /** @description What a retraining learns from and is judged on. */
    DataPlan: {
      /**
       * @description Learn from columns that hold personal data, too.
       * @default false
       */
      allow_personal: boolean;
      /**
       * @description Registered data sets, as new rows.
       * @default []
       */
      datasets: components["schemas"]["DatasetId"][];
      /**
       * @description Labelled predictions, as new rows.
       * @default true
       */
      labelled: boolean;
      /**
       * @description The model's reference data set, as old rows; without one, rows kept of what was let go of.
       * @default true
       */
      reference: boolean;
      /** @default newest */
      split: components["schemas"]["DataSplit"];
      /**
       * @description The column of data sets that holds times; `prediction_time` if left out.
       * @default null
       */
      time: string | null;
    };
    /**
     * @description Which rows are held out to judge by.
     * @enum {string}
     */
    DataSplit: "newest" | "time" | "stratified";
    /** @description Who learns from a data set or is measured against it. */
    DataUse:
      | {
          model: string;
          /** @enum {string} */
          what: "reference";
        }
      | {
          model: string;
          over: boolean;
          /** Format: int64 */
          run: number;
          /** @enum {string} */
          what: "run";
        }
      | {
          model: string;
          over: boolean;
          /** Format: int64 */
          training: number;
          /** @enum {string} */
          what: "training";
        };
    /** @description The rows that a run learnt from and was judged on. */
    DataUsed: {
      parts: components["schemas"]["RowSet"][];
      /**
       * Format: int32
       * @description Rows held out that equal one learnt from, and were taken out.
       */
      removed: number;
      /** @description What is doubtful, in words. */
      warnings: string[];
    };
    DatasetDetail: components["schemas"]["DatasetSummary"] & {
      columns_seen: components["schemas"]["ColumnSeen"][];
      notes: string;
    };
    /**
     * Format: int64
     * @description A data set: registered, or reference, evaluation or training rows of a model.
     */
    DatasetId: number;
    /** @description Fields left out stay as they are. */
    DatasetPatch: {
      /** @default null */
      name: string | null;
      /** @default null */
      notes: string | null;
      /**
       * @description Decisions about columns; those of other columns stay. `nothing` says that a column is not personal.
       * @default null
       */
      personal: {
        [key: string]: components["schemas"]["Personal"];
      } | null;
      /** @default null */
      tags: string[] | null;
      /** @default null */
      who: string | null;
    };
    DatasetSummary: {
      /** Format: int64 */
      bytes: number;
      /** Format: int32 */
      columns: number;
      created: components["schemas"]["Time"];
      deleted?: components["schemas"]["Time"] | null;
      file: components["schemas"]["FileState"];
      format: components["schemas"]["DataFormat"];
      id: components["schemas"]["DatasetId"];
      lineage?: components["schemas"]["DataLineage"] | null;
      name: string;
      /** @description Where the file stays; `null` for a copy in the data folder. */
      path?: string | null;
      /**
       * Format: int32
       * @description Columns taken for personal data.
       */
      personal: number;
      /** @description The model whose reference data set it is and that owns it; such a set is changed with its model only. */
      reference_of?: string | null;
      /** Format: int64 */
      rows: number;
      sha256: string;
      tags: string[];
      /**
       * Format: int32
       * @description Columns that look personal and that nobody has decided about.
       */
      undecided: number;
      used_by: components["schemas"]["DataUse"][];
    };
    /**
     * @description Whose terms drift is told in.
     * @enum {string}
     */
    Definition: "evidently" | "nannyml" | "scipy";
    /** @description A message on its way through a channel, or one that arrived or was given up. */
    Delivery: {
      /** @description Oldest first. */
      attempts: components["schemas"]["Attempt"][];
      /** Format: int64 */
      channel: number;
      created: components["schemas"]["Time"];
      /** @description When it is tried next, while it waits. */
      due: components["schemas"]["Time"];
      /** Format: int64 */
      id: number;
      notices: components["schemas"]["Notice"][];
      state: components["schemas"]["DeliveryState"];
      /** Format: int32 */
      tried: number;
    };
    /** @enum {string} */
    DeliveryState: "waiting" | "sent" | "failed";
    DeliveryView: components["schemas"]["Delivery"] & {
      channel_name: string;
    };
    DeployRequest: {
      /**
       * @description The model's name; another name than proposed may be given.
       * @default null
       */
      name: string | null;
      /** @default null */
      who: string | null;
    };
    Deployed: {
      /** @description Champion at once, or waiting as challenger. */
      champion: boolean;
      created_model: boolean;
      model: string;
      /** Format: int32 */
      version: number;
    };
    /** @description One change of the level of errors. */
    Detection: {
      /** Format: double */
      after: number;
      /** @description When the label arrived that gave it away. */
      at: components["schemas"]["Time"];
      /**
       * Format: double
       * @description Mean error before and after the change: a share of wrong answers, or an absolute error in the target's
       *     unit.
       */
      before: number;
      /** @description Who found it, and who found it later too. */
      detectors: components["schemas"]["DetectorName"][];
      /** Format: int64 */
      labels: number;
      /**
       * Format: int64
       * @description Labels on either side of the change.
       */
      labels_before: number;
      /** @description When the first label after the change arrived, as far as can be told. */
      since: components["schemas"]["Time"];
    };
    DetectionView: components["schemas"]["Detection"] & {
      /** @description Errors became more, or larger; else fewer. */
      rose: boolean;
      sentence: string;
    };
    /**
     * @description A streaming detector, by the name River gives it.
     * @enum {string}
     */
    DetectorName: "adwin" | "page_hinkley" | "ddm" | "eddm" | "hddm_a" | "hddm_w" | "kswin";
    DetectorView: {
      /**
       * Format: double
       * @description Mean error before the last change it found.
       */
      before?: number | null;
      begun?: components["schemas"]["Time"] | null;
      last?: components["schemas"]["Time"] | null;
      /**
       * Format: double
       * @description Mean error over its window.
       */
      mean?: number | null;
      name: components["schemas"]["DetectorName"];
      title: string;
      warning: boolean;
      /**
       * Format: int64
       * @description Labels since it started, or since the last change it found.
       */
      window: number;
    };
    /** @enum {string} */
    Differs: "added" | "removed" | "changed" | "kept";
    /** @description One dimension: a fixed length, a named symbol, or unknown (`null`). */
    Dim: number | string | null;
    /** @enum {string} */
    Direction: "higher" | "lower" | "wider" | "narrower" | "new_categories" | "missing" | "mix";
    /** @description The values that a parameter can take. */
    Domain:
      | {
          /** Format: double */
          high: number;
          /** @enum {string} */
          kind: "real";
          log: boolean;
          /** Format: double */
          low: number;
        }
      | {
          /** Format: int64 */
          high: number;
          /** @enum {string} */
          kind: "whole";
          log: boolean;
          /** Format: int64 */
          low: number;
        }
      | {
          /** @enum {string} */
          kind: "choice";
          options: string[];
        };
    /** @description How well two sides can be told apart. */
    DomainClassifier: {
      /**
       * Format: double
       * @description Area under the ROC curve of rows that were not learnt from: 0.5 when nothing tells the sides apart.
       */
      auc: number;
      /** @description Columns by their share of the questions the trees ask, most first. */
      columns: components["schemas"]["Asked"][];
      /** Format: double */
      high: number;
      /**
       * Format: double
       * @description Drift outside of these.
       */
      low: number;
      /** Format: int64 */
      n_current: number;
      /**
       * Format: int64
       * @description Rows looked at.
       */
      n_reference: number;
      state: components["schemas"]["State"];
    };
    /** @description How far one column is from its reference. Every number is finite. */
    Drift: {
      chi_square?: components["schemas"]["Test"] | null;
      /** @description Largest share of the PSI first. */
      contributions: components["schemas"]["Contribution"][];
      direction?: components["schemas"]["Direction"] | null;
      /** @description How large the difference is, whatever the rows. */
      effect: components["schemas"]["Effect"];
      /**
       * Format: double
       * @description Hellinger distance, 0 to 1.
       */
      hellinger: number;
      /**
       * Format: double
       * @description Jensen-Shannon distance, natural logarithm, 0 to 0.833.
       */
      js: number;
      ks?: components["schemas"]["Test"] | null;
      /**
       * Format: double
       * @description And at most this.
       */
      ks_bound?: number | null;
      /**
       * Format: int64
       * @description Rows in the window and in the reference.
       */
      n: number;
      /** Format: int64 */
      n_reference: number;
      name: string;
      /**
       * Format: double
       * @description How likely a difference as large is without drift: by chi-square on the bins; of text and vectors, by what
       *     decides among the several numbers they are watched by. 1 where nothing was tested.
       */
      p: number;
      /**
       * Format: double
       * @description Population stability index; 0 while one side is empty.
       */
      psi: number;
      /**
       * Format: double
       * @description The PSI that 95% of windows of this size stay below without any drift: what n rows cannot resolve.
       */
      psi_noise: number;
      sentence: string;
      /**
       * Format: double
       * @description Difference of the means in standard deviations of the reference.
       */
      shift?: number | null;
      /**
       * Format: double
       * @description The smallest difference that so many rows show four times of five at 5%: standard deviations for numbers,
       *     Cramér's V for categories.
       */
      smallest_detectable?: number | null;
      state: components["schemas"]["State"];
      text?: components["schemas"]["TextShift"] | null;
      vector?: components["schemas"]["VectorShift"] | null;
      wasserstein?: components["schemas"]["Bounded"] | null;
    };
    /**
     * @description What the drift of an input does to the answers: they are compared with those for the same rows with its
     *     values mapped back to the reference's distribution.
     */
    DriftEffect: {
      /**
       * Format: double
       * @description Mean change of the answer.
       */
      effect: number;
      feature: string;
      /**
       * Format: double
       * @description Share of rows that get another class; `None` for numbers.
       */
      flipped?: number | null;
      /**
       * Format: double
       * @description How much lower (or higher, if negative) the loss would be without the drift, over labelled rows.
       */
      loss?: number | null;
      /** Format: double */
      psi: number;
      /** @description "hurts: answers move by 0.12 on average, 31% of their spread". */
      sentence: string;
      /**
       * Format: double
       * @description Of the answers' spread.
       */
      share: number;
      state: components["schemas"]["State"];
      verdict: components["schemas"]["EffectVerdict"];
    };
    /**
     * @description What a window's recorded rows say against the reference data set: the numbers of each column name their test, rows
     *     and threshold, and in whose definition it is told.
     */
    DriftReport: components["schemas"]["TableDrift"] & {
      domain_classifier?: components["schemas"]["DomainClassifier"] | null;
      from: components["schemas"]["Time"];
      model: string;
      reconstruction?: components["schemas"]["Reconstruction"] | null;
      /** Format: int64 */
      rows_current: number;
      /** Format: int64 */
      rows_reference: number;
      to: components["schemas"]["Time"];
      /** @description Older requests of the window were left out, as there are too many to read. */
      truncated: boolean;
      /**
       * Format: int32
       * @description The champion, whose reference it is.
       */
      version: number;
    };
    /** @description Whose definition of drift decides. */
    DriftSettings: {
      /**
       * @description Of single inputs by name, of the `prediction` and of its `score`.
       * @default {}
       */
      columns: {
        [key: string]: components["schemas"]["DriftTerms"];
      };
      /**
       * @description Of every input, the prediction and its score, unless `columns` says otherwise.
       * @default tidegate
       */
      definition: components["schemas"]["DriftTerms"];
    };
    /**
     * @description In whose terms drift is told.
     * @enum {string}
     */
    DriftTerms: "tidegate" | "evidently" | "nannyml" | "scipy";
    /** @description What a retraining would use, before it starts. */
    DryRun: {
      /** @description The rows of each part, and what is doubtful about them. */
      data: components["schemas"]["DataUsed"];
      /** Format: int64 */
      held_out_new: number;
      /** Format: int64 */
      held_out_old: number;
      /**
       * Format: int64
       * @description Labelled predictions in the window.
       */
      labelled: number;
      /** @description What stands in the way, in words; empty when it can start. */
      obstacles: string[];
      probe: components["schemas"]["Probe"];
      /** Format: int64 */
      reference_rows: number;
      /** Format: int64 */
      train_rows: number;
    };
    /** @description How different two samples are, whatever their size. */
    Effect: {
      /**
       * Format: double
       * @description How much more often a current value is larger than a reference value than smaller, -1 to 1 (Cliff, 1993).
       */
      cliffs_delta?: number | null;
      /**
       * Format: double
       * @description Difference of the means in pooled standard deviations (Cohen, 1988), current minus reference.
       */
      cohens_d?: number | null;
      /**
       * Format: double
       * @description sqrt(chi-square / n) of the table of sides by categories, 0 to 1 (Cramér, 1946).
       */
      cramers_v?: number | null;
      /**
       * Format: double
       * @description The largest gap between the distribution functions, 0 to 1.
       */
      ks?: number | null;
      size?: components["schemas"]["EffectSize"] | null;
    };
    /**
     * @description In words; of numbers by |Cliff's delta| (Romano, 2006) or by the gap where that says more, of categories by
     *     Cramér's V (Cohen, 1988).
     * @enum {string}
     */
    EffectSize: "negligible" | "small" | "medium" | "large";
    /** @enum {string} */
    EffectVerdict: "hurts" | "harmless";
    /**
     * @description Element types that ONNX knows. The last group travels as raw bytes only.
     * @enum {string}
     */
    ElementType:
      | "f32"
      | "f64"
      | "f16"
      | "bf16"
      | "i8"
      | "i16"
      | "i32"
      | "i64"
      | "u8"
      | "u16"
      | "u32"
      | "u64"
      | "bool"
      | "string"
      | "f8_e4_m3_fn"
      | "f8_e4_m3_fnuz"
      | "f8_e5_m2"
      | "f8_e5_m2_fnuz"
      | "f8_e8_m0"
      | "f4_e2_m1"
      | "i4"
      | "u4"
      | "i2"
      | "u2"
      | "complex64"
      | "complex128";
    /** @description What a failed request is answered with. */
    Error: {
      code: components["schemas"]["Code"];
      /** @description For the user: lower case, without a final stop. */
      error: string;
      /** @description What to do about it. */
      hint?: string | null;
      /** @description Names the entry in the program's log. */
      id: string;
    };
    /**
     * @description What errors are measured in.
     * @enum {string}
     */
    ErrorUnit: "share" | "absolute";
    /** @description How far an estimate is off. */
    EstimateError: {
      /**
       * Format: double
       * @description `realised - estimated`, with the realised value's 95% interval about it.
       */
      difference: number;
      /** Format: double */
      estimated: number;
      /** Format: double */
      high?: number | null;
      /** Format: double */
      low?: number | null;
      /** Format: int64 */
      n: number;
      name: string;
      /** Format: double */
      realised: number;
      /** @description "estimator off by 0.8 points on 1,240 labelled rows". */
      sentence: string;
      title: string;
    };
    /**
     * @description How accuracy is estimated while labels are missing.
     * @enum {string}
     */
    EstimateMethod: "confidence" | "loss";
    /** @description Accuracy without labels, over a range. */
    EstimateView: {
      /** @description The estimate against the truth, on the rows whose labels came. */
      errors: components["schemas"]["EstimateError"][];
      fitted?: components["schemas"]["Time"] | null;
      /** Format: int64 */
      fitted_rows: number;
      /**
       * Format: double
       * @description Of a direct loss estimation: the share of the errors' variance that it foresees on rows it did not learn from.
       */
      foreseen?: number | null;
      from: components["schemas"]["Time"];
      method?: components["schemas"]["EstimateMethod"] | null;
      /** @description Over all answered rows; the band is three standard errors of sampling. */
      metrics: components["schemas"]["MeasuredView"][];
      note: string;
      to: components["schemas"]["Time"];
    };
    /** @enum {string} */
    EventKind:
      | "imported"
      | "deployed"
      | "promoted"
      | "canary_started"
      | "canary_advanced"
      | "canary_ended"
      | "stepped_back"
      | "rolled_back"
      | "deleted"
      | "restored"
      | "purged"
      | "edited"
      | "reference_set"
      | "alert_fired"
      | "alert_cleared"
      | "concept_drift"
      | "retrain_started"
      | "retrain_ended"
      | "worker_crashed"
      | "quarantined"
      | "records_dropped"
      | "notification_tested";
    /** @description The model that already has this name. */
    Existing: {
      /** @description What changed in the signature, in words. */
      diff: string[];
      /** Format: int32 */
      next_version: number;
      /**
       * Format: int32
       * @description The version with the very same bytes.
       */
      same_as?: number | null;
    };
    /** @description Limits are inclusive; one that is left out does not limit. */
    Expectation:
      | {
          /** @enum {string} */
          kind: "schema";
          part: components["schemas"]["SchemaPart"];
        }
      | {
          /** @enum {string} */
          kind: "not_null";
        }
      | {
          /** @enum {string} */
          kind: "finite";
        }
      | {
          /** @enum {string} */
          kind: "type";
          of: components["schemas"]["ValueType"];
        }
      | {
          /** Format: double */
          high?: number | null;
          /** @enum {string} */
          kind: "range";
          /** Format: double */
          low?: number | null;
        }
      | {
          /** @enum {string} */
          kind: "allowed";
          values: string[];
        }
      | {
          /** Format: int32 */
          high?: number | null;
          /** @enum {string} */
          kind: "length";
          /** Format: int32 */
          low?: number | null;
        }
      | {
          /** @enum {string} */
          kind: "pattern";
          regex: string;
        }
      | {
          /** Format: double */
          high: number;
          /** @enum {string} */
          kind: "null_share";
        }
      | {
          /** Format: double */
          high: number;
          /** @enum {string} */
          kind: "not_constant";
        }
      | {
          /** Format: double */
          high?: number | null;
          /** @enum {string} */
          kind: "most_common";
          /** Format: double */
          low?: number | null;
        }
      | {
          /** @enum {string} */
          kind: "unique";
          /** Format: double */
          low: number;
        }
      | {
          /** Format: double */
          high: number;
          /** @enum {string} */
          kind: "duplicates";
        }
      | {
          /** Format: double */
          high?: number | null;
          /** @enum {string} */
          kind: "mean";
          /** Format: double */
          low?: number | null;
        }
      | {
          /** Format: double */
          high?: number | null;
          /** @enum {string} */
          kind: "std";
          /** Format: double */
          low?: number | null;
        }
      | {
          /** Format: double */
          high?: number | null;
          /** @enum {string} */
          kind: "quantile";
          /** Format: double */
          low?: number | null;
          /** Format: double */
          q: number;
        }
      | {
          /** Format: double */
          high?: number | null;
          /** @enum {string} */
          kind: "correlation";
          /** Format: double */
          low?: number | null;
          with: string;
        }
      | {
          /** Format: double */
          high?: number | null;
          /** @enum {string} */
          kind: "row_rate";
          /** Format: double */
          low?: number | null;
        }
      | {
          /** Format: double */
          high: number;
          /** @enum {string} */
          kind: "freshness";
        }
      | {
          /** Format: double */
          high: number;
          /** @enum {string} */
          kind: "monotonic";
        };
    /** @enum {string} */
    ExplainState: "running" | "done" | "failed";
    /** @description An explanation under way or done. It is made in the background: ask again until it is no longer `running`. */
    ExplainView: {
      /**
       * Format: int32
       * @description Requests to the model made so far, and in all.
       */
      done: number;
      result?: components["schemas"]["Explanation"] | null;
      state: components["schemas"]["ExplainState"];
      /** Format: int32 */
      total: number;
      /** @description Why there is none: too few rows, or the model failed. */
      why?: string | null;
    };
    /** @description Made of recorded rows that the deployed model was asked again, unrecorded and uncounted. */
    Explanation: {
      attribution?: components["schemas"]["Attribution"] | null;
      /** @description The drifted inputs, that with the largest effect on the answer first. */
      drift: components["schemas"]["DriftEffect"][];
      /** @description Every input, the most important first. */
      features: components["schemas"]["Importance"][];
      /** @description The window the rows are from. */
      from: components["schemas"]["Time"];
      /** Format: int64 */
      labelled: number;
      made: components["schemas"]["Time"];
      /** @description What was left out for want of time, in words; else empty. */
      note: string;
      /**
       * Format: int64
       * @description Rows asked, and those among them that have a label.
       */
      rows: number;
      /**
       * Format: double
       * @description Mean distance of the answers of two rows: what changes are large or small against.
       */
      spread: number;
      to: components["schemas"]["Time"];
      /** @description What changes of the answer are measured in. */
      unit: components["schemas"]["AnswerUnit"];
      /** Format: int32 */
      version: number;
    };
    /** @description Groups, and how they compare where at least two have enough rows. */
    Fairness: {
      comparisons: components["schemas"]["FairnessGap"][];
      groups: components["schemas"]["FairnessGroup"][];
    };
    /** @enum {string} */
    FairnessCriterion: "demographic_parity" | "equal_opportunity" | "equalised_odds";
    /** @description Two groups under one criterion. */
    FairnessGap: {
      criterion: components["schemas"]["FairnessCriterion"];
      /**
       * Format: double
       * @description Highest less lowest rate, with Newcombe's 95% interval of this pair.
       */
      difference: number;
      /** Format: double */
      difference_high: number;
      /** Format: double */
      difference_low: number;
      four_fifths?: components["schemas"]["Impact"] | null;
      highest: string;
      lowest: string;
      /**
       * Format: double
       * @description Lowest over highest rate, with Katz's 95% interval of this pair; 1 where both are 0.
       */
      ratio: number;
      /** Format: double */
      ratio_high: number;
      /** Format: double */
      ratio_low: number;
    };
    /** @description One group's rates; those without rows are missing. */
    FairnessGroup: {
      accuracy?: components["schemas"]["FairnessRate"] | null;
      false_positive_rate?: components["schemas"]["FairnessRate"] | null;
      /** Format: int64 */
      n: number;
      name: string;
      precision?: components["schemas"]["FairnessRate"] | null;
      selection_rate?: components["schemas"]["FairnessRate"] | null;
      true_positive_rate?: components["schemas"]["FairnessRate"] | null;
    };
    /** @description A share with its 95% interval (Wilson). */
    FairnessRate: {
      /** Format: double */
      high: number;
      /** Format: int64 */
      hits: number;
      /** Format: double */
      low: number;
      /** Format: int64 */
      n: number;
      /** Format: double */
      value: number;
    };
    /** @description How a classifier treats the groups of one input. */
    FairnessView: components["schemas"]["Fairness"] & {
      column: string;
      /** @description The class that is good to be given. */
      favourable_class: string;
      note: string;
      rows: components["schemas"]["LabelledRowsView"];
    };
    /** @description One named value of a row. */
    Feature: {
      /** @description Its column in that input, where the input is a matrix of many features. */
      column?: number | null;
      /** @description The model input it goes to. */
      input: string;
      kind: components["schemas"]["FeatureKind"];
      name: string;
    };
    FeatureDrift: components["schemas"]["Drift"] & {
      exact?: components["schemas"]["ColumnDrift"] | null;
      feature: string;
      on_answers?: components["schemas"]["DriftEffect"] | null;
      since?: components["schemas"]["Time"] | null;
    };
    /** @enum {string} */
    FeatureKind: "numeric" | "integer" | "boolean" | "categorical" | "tensor";
    /** @description The slices of one input. */
    FeatureSlices: {
      feature: string;
      /** @description In the order of its bins; bins without rows are left out. */
      slices: components["schemas"]["Slice"][];
    };
    /**
     * @description As far as its size tells; every use checks the hash.
     * @enum {string}
     */
    FileState: "here" | "missing" | "changed";
    /** @description One thing the security scan has to say. */
    Finding: {
      message: string;
      /** @description The node, initializer or field it is about. */
      subject: string;
      verdict: components["schemas"]["Verdict"];
    };
    Firing: {
      from: components["schemas"]["Time"];
      /** @description What the alert would have said. */
      message: string;
      severity: components["schemas"]["Severity"];
      until?: components["schemas"]["Time"] | null;
    };
    /**
     * @description Maps pixels to data: everything the page needs for a crosshair, a tooltip, a brush and a data table.
     *
     *     Both axes are linear: a value `v` lies at `plot.x + plot.width * (v - x.from) / (x.to - x.from)`, and at
     *     `plot.y + plot.height * (y.to - v) / (y.to - y.from)`.
     */
    Frame: {
      /** Format: int32 */
      height: number;
      marks: components["schemas"]["Mark"][];
      plot: components["schemas"]["Rect"];
      series: components["schemas"]["FrameSeries"][];
      /** @description What the values are measured in. */
      unit: components["schemas"]["Unit"];
      /** Format: int32 */
      width: number;
      x: components["schemas"]["Axis"];
      y: components["schemas"]["Axis"];
    };
    /**
     * @description One series as it is drawn: sorted by x, and reduced to the extremes of each pixel column if it was longer
     *     than the chart is wide.
     */
    FrameSeries: {
      /** @description The uncertainty around each point; empty if the series has none. */
      band: components["schemas"]["Band"][];
      color: components["schemas"]["Color"];
      dashed: boolean;
      name: string;
      /** @description `[x, y]`, where y is null if the value is missing. */
      points: [number, number | null][];
      unit: components["schemas"]["Unit"];
    };
    /**
     * @description Metrics that can be a gate; definitions as scikit-learn's.
     * @enum {string}
     */
    GateMetric: "accuracy" | "f1" | "roc_auc" | "log_loss" | "brier" | "calibration_error" | "mae" | "rmse" | "r2";
    /** @enum {string} */
    GateRows: "new" | "old";
    /** @description What must hold before a challenger replaces the champion. */
    Gates: {
      /**
       * @description A person must say yes, even when every gate passes.
       * @default true
       */
      approval: boolean;
      /**
       * Format: double
       * @description How sure "surely" is: the confidence of every interval, 0.5 to 0.999.
       * @default 0.95
       */
      confidence: number;
      /**
       * Format: int32
       * @description With fewer held-out rows, but as many labelled ones in all, every one of them is judged by a model trained
       *     without it, in this many parts; below 2 never.
       * @default 5
       */
      folds: number;
      /**
       * Format: double
       * @description The median run time may grow by this factor at most.
       * @default 2
       */
      latency_factor: number;
      /**
       * @description Further metrics that decide.
       * @default []
       */
      metrics: components["schemas"]["MetricGate"][];
      /**
       * Format: int32
       * @description Fewer held-out rows than this decide nothing.
       * @default 30
       */
      min_rows: number;
      /**
       * Format: double
       * @description On the newest held-out rows the primary metric may be worse by this much at most, surely. Points of accuracy,
       *     or a share of the champion's RMSE.
       * @default 0
       */
      new_margin: number;
      /**
       * Format: double
       * @description On held-out rows of the reference set it may be worse by this much at most.
       * @default 0.05
       */
      old_margin: number;
      /**
       * @description How the answers to recent traffic may change.
       * @default {
       *       "least_agreement": null,
       *       "most_psi": null,
       *       "rows": 2000
       *     }
       */
      outputs: components["schemas"]["OutputGate"];
      /**
       * Format: double
       * @description The file may grow by this factor at most; `null` only tells the sizes.
       * @default null
       */
      size_factor: number | null;
      /**
       * @default {
       *       "margin": 0.05,
       *       "min_rows": 50
       *     }
       */
      slices: components["schemas"]["SliceGate"] | null;
    };
    /** @description Something worth a toast or a desktop notification. */
    Happening: {
      kind: components["schemas"]["EventKind"];
      message: string;
      model?: string | null;
      /** @description Worth a desktop notification. */
      notify: boolean;
      time: components["schemas"]["Time"];
    };
    Health: {
      /** @description Why, the most pressing first; empty when healthy. */
      reasons: components["schemas"]["Reason"][];
      state: components["schemas"]["HealthState"];
    };
    /**
     * @description Calm until something is wrong: always a word and a shape beside the colour.
     * @enum {string}
     */
    HealthState: "healthy" | "watch" | "act";
    /** @enum {string} */
    Impact: "adverse" | "fair" | "undecided";
    /** @description Permutation importance: what changes when an input's values are shuffled among the rows. */
    Importance: {
      /**
       * Format: double
       * @description Mean change of the answer.
       */
      answer: number;
      feature: string;
      /**
       * Format: double
       * @description Mean rise of the loss (log loss, share of wrong answers, or absolute error) over labelled rows.
       */
      loss?: number | null;
      /**
       * Format: int32
       * @description Place by `answer`, from 1; and on the reference rows.
       */
      rank: number;
      /** Format: double */
      reference_answer?: number | null;
      /** Format: int32 */
      reference_rank?: number | null;
    };
    Inspection: {
      /** @description Class labels from ZipMap, classifier attributes or metadata. */
      class_labels: string[];
      /** @description Where the labels come from, e.g. `ZipMap`. */
      class_labels_from?: string | null;
      doc: string;
      external_files: string[];
      /** @description Feature names found in the metadata. */
      feature_names: string[];
      findings: components["schemas"]["Finding"][];
      graph_name: string;
      /**
       * Format: int64
       * @description Bytes of all initializers, external ones included, as declared.
       */
      initializer_bytes: number;
      /** Format: int64 */
      ir_version: number;
      metadata: [string, string][];
      /** Format: int64 */
      model_version: number;
      /** @description Operator types with how often each occurs, subgraphs included, most frequent first. */
      operators: components["schemas"]["OperatorCount"][];
      opsets: components["schemas"]["Opset"][];
      /**
       * Format: int64
       * @description Elements in all initializers.
       */
      parameters: number;
      /**
       * @description Outputs that hold probabilities, because a softmax, a sigmoid or a classifier gives them; the scores in
       *     other outputs are logits.
       */
      probability_outputs?: string[];
      producer: string;
      producer_version: string;
      signature: components["schemas"]["Signature"];
    };
    /** @description Recorded predictions with labels that are to become a data set. */
    JoinRequest: {
      /** @description An expression as the business metric's: `region == "EU" && age > 30`; all rows if left out. */
      filter?: string;
      format?: components["schemas"]["DataFormat"];
      /**
       * Format: int64
       * @description Of the predictions, milliseconds since the epoch, `from` included and `to` not.
       */
      from: number;
      name?: string | null;
      /** Format: int64 */
      to: number;
      who?: string | null;
    };
    KubernetesRunner: components["schemas"]["Shared"] & {
      args?: string[];
      /** @description A file on this machine that holds the certificate of who signed the server's own (PEM). */
      ca_file?: string | null;
      /** @description The claim of the volume that `folder` is on; mounted at `there`. */
      claim: string;
      /** @description In place of the image's entry point; empty: that. */
      command?: string[];
      /** @description Of the kubeconfig; `null`: the current one. */
      context?: string | null;
      cpu?: string;
      data?: components["schemas"]["DataFormat"];
      env?: {
        [key: string]: string;
      };
      /** Format: int32 */
      gpus?: number;
      image: string;
      /**
       * Format: int32
       * @description The cluster forgets a finished job after so many seconds.
       */
      keep_s?: number;
      /** @description A kubeconfig on this machine; `null`: that of `$KUBECONFIG`, or `~/.kube/config`. */
      kubeconfig?: string | null;
      /** Format: int32 */
      lost_after_s?: number;
      memory?: string;
      namespace?: string;
      service_account?: string | null;
      /** Format: int32 */
      timeout_s?: number;
      /** @description A file on this machine that holds the bearer token. */
      token_file?: string | null;
      /**
       * @description Of the API server, or of `kubectl proxy`: `http://127.0.0.1:8001`; empty: as the kubeconfig says, or, in a pod,
       *     its own cluster.
       */
      url?: string;
    };
    LabelCounts: {
      /** Format: int64 */
      matched: number;
      /** Format: int64 */
      unmatched: number;
    };
    LabelRequest: {
      /** @description A prediction id, or the id the client gave. */
      id: string;
      label: components["schemas"]["Truth"];
    };
    /** @description The recorded labelled rows that a view is made of. */
    LabelledRowsView: {
      from: components["schemas"]["Time"];
      /** Format: int64 */
      most: number;
      /**
       * Format: int64
       * @description Rows used; the newest, where there are more than `most`.
       */
      n: number;
      to: components["schemas"]["Time"];
      /** Format: int32 */
      version: number;
      /**
       * Format: int64
       * @description Rows left out as the metric has no value for them.
       */
      without_value: number;
    };
    LabelsAnswer: {
      /**
       * Format: int64
       * @description Named a prediction that had another label before.
       */
      changed: number;
      /** Format: int64 */
      matched: number;
      /** Format: int64 */
      repeated: number;
      /**
       * Format: int64
       * @description Kept until their prediction appears.
       */
      unmatched: number;
    };
    LabelsRequest: {
      labels: components["schemas"]["LabelRequest"][];
    };
    /** @enum {string} */
    LearnFrom: "reference" | "traffic";
    /**
     * @description How a first model learns.
     * @enum {string}
     */
    LearnMethod: "auto" | "linear" | "gbdt" | "forest" | "mlp";
    Limit:
      | {
          /** @enum {string} */
          kind: "reach";
          /** Format: double */
          value: number;
        }
      | {
          /** @enum {string} */
          kind: "keep";
          /** Format: double */
          share: number;
        }
      | {
          /** @enum {string} */
          kind: "surely_keep";
          /** Format: double */
          margin: number;
        };
    /** @description Sent twice a second to whoever listens, and at once when something happened. */
    Live: {
      /** @description What happened since the last one. */
      happenings: components["schemas"]["Happening"][];
      models: components["schemas"]["ModelPulse"][];
      now: components["schemas"]["Time"];
      status: components["schemas"]["Status"];
    };
    /** @description Something that happened, drawn on the time axis. */
    Mark: {
      kind: components["schemas"]["MarkKind"];
      text: string;
      time: components["schemas"]["Time"];
    };
    /** @enum {string} */
    MarkKind: "deploy" | "alert" | "retrain" | "rollback" | "concept" | "note";
    /** @description A number with where it comes from. */
    MeasuredView: {
      /**
       * Format: double
       * @description How far the exact value can lie from this one at most; missing where it is exact.
       */
      bound?: number | null;
      definition: string;
      /** Format: double */
      high?: number | null;
      /** @description Missing where the best is in between. */
      higher_is_better?: boolean | null;
      /** @description Where the interval comes from. */
      interval: string;
      /**
       * Format: double
       * @description 95% interval.
       */
      low?: number | null;
      /**
       * Format: int64
       * @description Rows it is from.
       */
      n: number;
      /** @description As in the settings and charts: `roc_auc`. */
      name: string;
      /** @description "ROC AUC". */
      title: string;
      /** @description Of the target, a percentage, or the business metric's own; empty for a plain number. */
      unit: string;
      /** Format: double */
      value: number;
    };
    /** @description One of the things a group alert is about. */
    Member: {
      /** @description How: "values higher, 31% above 4.2". */
      detail: string;
      name: string;
      /** Format: double */
      value: number;
    };
    /** @enum {string} */
    Method:
      | "kolmogorov_smirnov"
      | "chi_square"
      | "z"
      | "wasserstein_normed"
      | "jensen_shannon"
      | "psi"
      | "kullback_leibler"
      | "hellinger"
      | "energy"
      | "cramer_von_mises"
      | "t"
      | "chi_square_contingency"
      | "jensen_shannon_base2"
      | "domain_classifier"
      | "maximum_mean_discrepancy";
    /** @description One figure over `n` rows, with its 95% interval where one is computed. */
    Metric: {
      /**
       * Format: double
       * @description How far the exact value can lie from this one at most, where it comes from binned scores.
       */
      bound?: number | null;
      /** Format: double */
      high?: number | null;
      /** Format: double */
      low?: number | null;
      /** Format: int64 */
      n: number;
      name: components["schemas"]["MetricName"];
      /** Format: double */
      value: number;
    };
    MetricChoice: {
      higher_is_better: boolean;
      name: string;
      title: string;
    };
    /** @description One metric that decides. */
    MetricGate: {
      limit: components["schemas"]["Limit"];
      metric: components["schemas"]["GateMetric"];
      rows?: components["schemas"]["GateRows"];
    };
    /**
     * @description Definitions as scikit-learn's.
     * @enum {string}
     */
    MetricName:
      | "accuracy"
      | "f1"
      | "precision"
      | "recall"
      | "roc_auc"
      | "pr_auc"
      | "log_loss"
      | "brier"
      | "calibration_error"
      | "top_k"
      | "mae"
      | "rmse"
      | "r2"
      | "mean_error"
      | "mape"
      | "business";
    MetricView: {
      /** Format: double */
      high?: number | null;
      /** Format: double */
      low?: number | null;
      /** Format: int64 */
      n: number;
      name: string;
      /** Format: double */
      value: number;
    };
    /** @description Every metric that labelled rows of a range allow. Rows count at the time of their prediction. */
    MetricsView: {
      /** @description How often a probability came true: of the positive class's with two, else of the highest one. */
      calibration: components["schemas"]["ReliabilityBin"][];
      confusion?: components["schemas"]["ConfusionMatrix"] | null;
      coverage: components["schemas"]["CoverageView"];
      from: components["schemas"]["Time"];
      /** @description Empty without labels. */
      metrics: components["schemas"]["MeasuredView"][];
      /** @description Why a metric one would expect is missing; in words. */
      notes: string[];
      residuals?: components["schemas"]["ResidualsView"] | null;
      task: components["schemas"]["Task"];
      to: components["schemas"]["Time"];
    };
    /** @enum {string} */
    Mode: "full" | "continue";
    Model: {
      aliases: components["schemas"]["Aliases"];
      /** @description The model card, Markdown. */
      card: string;
      created: components["schemas"]["Time"];
      deleted?: components["schemas"]["Time"] | null;
      id: components["schemas"]["ModelId"];
      name: string;
      settings: components["schemas"]["ModelSettings"];
      tags: string[];
    };
    ModelDetail: {
      baseline: components["schemas"]["Baseline"];
      /** @description A row the page can start its form with: column name to value. */
      example: {
        [key: string]: components["schemas"]["Cell"];
      };
      health: components["schemas"]["Health"];
      kind: string;
      labels: components["schemas"]["LabelCounts"];
      model: components["schemas"]["Model"];
      /** @description Whether and how the champion can be retrained. */
      probe: components["schemas"]["Probe"];
      rules: components["schemas"]["Rule"][];
      versions: components["schemas"]["VersionView"][];
    };
    /** Format: int64 */
    ModelId: number;
    /** @description Fields left out stay as they are. */
    ModelPatch: {
      /** @default null */
      card: string | null;
      /** @default null */
      name: string | null;
      /** @default null */
      rules: components["schemas"]["Rule"][] | null;
      /** @default null */
      settings: components["schemas"]["ModelSettings"] | null;
      /** @default null */
      tags: string[] | null;
      /** @default null */
      who: string | null;
    };
    ModelPulse: {
      canary?: components["schemas"]["CanaryPulse"] | null;
      /** Format: int32 */
      challenger?: number | null;
      /** Format: int32 */
      champion?: number | null;
      health: components["schemas"]["HealthState"];
      name: string;
      pulse: components["schemas"]["Pulse"];
      /**
       * Format: int64
       * @description Grows with every recorded request, label or change: redraw when it moved.
       */
      revision: number;
      run?: components["schemas"]["RunPulse"] | null;
    };
    /** @description What the owner of a model can set. */
    ModelSettings: {
      /** @default null */
      business_metric: components["schemas"]["BusinessMetric"] | null;
      /**
       * @description How a version takes over from the champion.
       * @default {
       *       "automatic": false,
       *       "min_requests": 100,
       *       "shares": [
       *         0.1,
       *         0.5,
       *         1
       *       ],
       *       "step_s": 600,
       *       "tolerance": {
       *         "accuracy": 0.05,
       *         "errors": 0.01,
       *         "latency_factor": 1.5,
       *         "latency_ms": 5,
       *         "min_labels": 50,
       *         "psi": 0.25
       *       },
       *       "watch_s": 0
       *     }
       */
      canary: components["schemas"]["CanarySettings"];
      /**
       * @default {
       *       "detectors": [],
       *       "enabled": true
       *     }
       */
      concept: components["schemas"]["ConceptSettings"];
      /**
       * @default {
       *       "columns": {},
       *       "definition": "tidegate"
       *     }
       */
      drift: components["schemas"]["DriftSettings"];
      /**
       * @description Whether a request is answered only once what is recorded of it is on the disk: none is lost then, and each
       *     waits for the disk.
       * @default false
       */
      durable: boolean;
      /**
       * @description The input whose groups should be treated alike.
       * @default null
       */
      fairness_column: string | null;
      /**
       * @description The class that is good to be given; the last one if left out.
       * @default null
       */
      favourable_class: string | null;
      /**
       * Format: int32
       * @description How many of the first predictions make the baseline when there is no reference data set.
       * @default 1000
       */
      learn_rows: number;
      /**
       * Format: double
       * @description Accuracy of a stretch of which less than this share has labels is not judged, 0 to 1.
       * @default 0.5
       */
      least_coverage: number;
      /**
       * Format: int32
       * @description Fewer rows than this in the window give "not enough data".
       * @default 200
       */
      min_rows: number;
      /**
       * @default {
       *       "mode": "all"
       *     }
       */
      recording: components["schemas"]["Recording"];
      /**
       * @description What trains it, unless a plan says otherwise.
       * @default {
       *       "kind": "builtin"
       *     }
       */
      runner: components["schemas"]["Runner"];
      /**
       * Format: int32
       * @description Sessions that run side by side in the worker.
       * @default 1
       */
      sessions: number;
      /**
       * Format: int32
       * @description A request that runs longer is stopped, milliseconds.
       * @default 30000
       */
      timeout_ms: number;
      /**
       * Format: int32
       * @description With more than three classes, the truth among this many of the most probable ones is a metric.
       * @default 3
       */
      top_k: number;
      /**
       * @default {
       *       "budget": {
       *         "minutes": null,
       *         "runs": null
       *       },
       *       "combine": "any",
       *       "cool_down_min": 60,
       *       "drift_labels": 120,
       *       "file": null,
       *       "learn_file": true,
       *       "new_labels": null,
       *       "on_drift": false,
       *       "performance": null,
       *       "promote": false,
       *       "quiet": null,
       *       "schedule": null,
       *       "time_zone": "UTC"
       *     }
       */
      triggers: components["schemas"]["Triggers"];
      /**
       * Format: int32
       * @description Seconds of the newest predictions that drift and accuracy are judged on.
       * @default 900
       */
      window_s: number;
    };
    /** @description A card of the fleet. */
    ModelSummary: {
      /** Format: int32 */
      challenger?: number | null;
      /** Format: int32 */
      champion?: number | null;
      deleted?: components["schemas"]["Time"] | null;
      health: components["schemas"]["Health"];
      /** @description "binary classifier, 30 inputs". */
      kind: string;
      name: string;
      pulse: components["schemas"]["Pulse"];
      run?: components["schemas"]["RunPulse"] | null;
      sparks: components["schemas"]["Sparks"];
      worker: components["schemas"]["WorkerView"];
    };
    /** @description Numbers of a model over a range of time. */
    MonitorView: {
      baseline: components["schemas"]["Baseline"];
      /** @description Per input, over the newest window, in the order of `ranked_by`. */
      drift: components["schemas"]["FeatureDrift"][];
      from: components["schemas"]["Time"];
      metrics: components["schemas"]["MetricView"][];
      prediction_drift?: components["schemas"]["Drift"] | null;
      prediction_exact?: components["schemas"]["ColumnDrift"] | null;
      ranked_by: components["schemas"]["RankedBy"];
      tiles: components["schemas"]["Tile"][];
      to: components["schemas"]["Time"];
      together?: components["schemas"]["Together"] | null;
      /** Format: int32 */
      window_s: number;
    };
    /** @description How a number moved between reference and window. */
    Moved: {
      /** Format: double */
      current: number;
      drifted: boolean;
      /**
       * Format: double
       * @description On the reference's bins.
       */
      psi: number;
      /**
       * Format: double
       * @description Means.
       */
      reference: number;
    };
    Network: {
      /**
       * @description Rows of rare classes count more, so that every class counts the same.
       * @default false
       */
      balanced: boolean;
      /**
       * Format: int32
       * @description Rows a step.
       * @default 32
       */
      batch: number;
      /**
       * Format: double
       * @description The largest length of a gradient; `null` does not clip.
       * @default 1
       */
      clip: number | null;
      /**
       * Format: double
       * @description Share of the truth replaced by what the champion answers.
       * @default 0
       */
      distil: number;
      /**
       * Format: double
       * @description Strength that holds weights which old rows depend on where they are (elastic weight consolidation).
       * @default 0
       */
      ewc: number;
      /**
       * @description Weights whose names begin with one of these are left as they are.
       * @default []
       */
      freeze: string[];
      /**
       * Format: double
       * @description Regression: squared error up to this distance, linear beyond (Huber); `null` is squared throughout.
       * @default null
       */
      huber: number | null;
      /**
       * Format: int32
       * @description Only so many layers, counted from the output, are trained; `null` trains all.
       * @default null
       */
      last_layers: number | null;
      /**
       * Format: double
       * @default 0.001
       */
      learning_rate: number;
      /**
       * Format: double
       * @description Of SGD; 0 is without.
       * @default 0.9
       */
      momentum: number;
      /** @default adam_w */
      optimiser: components["schemas"]["Optimiser"];
      /**
       * Format: int32
       * @description Epochs without a better loss on the rows that watch, after which it ends; `null` goes through all.
       * @default 10
       */
      patience: number | null;
      /**
       * Format: int32
       * @description Old rows mixed with the new ones when continuing, drawn at random; `null` takes all.
       * @default null
       */
      replay: number | null;
      /** @default cosine */
      schedule: components["schemas"]["Schedule"];
      /**
       * Format: double
       * @description Share of the truth spread evenly over all classes.
       * @default 0
       */
      smoothing: number;
      /**
       * Format: double
       * @description Share of all steps in which the learning rate rises to its value.
       * @default 0
       */
      warm_up: number;
      /**
       * Format: double
       * @description Share of each weight taken away at a step, times the learning rate; biases and scales are spared.
       * @default 0.01
       */
      weight_decay: number;
    };
    /**
     * @description The step to offer as a button.
     * @enum {string}
     */
    NextStep: "open" | "retrain" | "compare";
    /** @description One thing to tell. */
    Notice: {
      alert: components["schemas"]["Alert"];
      model: string;
      status: components["schemas"]["NoticeStatus"];
      time: components["schemas"]["Time"];
    };
    /** @enum {string} */
    NoticeStatus: "firing" | "resolved" | "test";
    NumberFacts: {
      counts: number[];
      /** @description Equal bins from `min` to `max`: one edge more than counts. */
      edges: number[];
      /** Format: double */
      max: number;
      /** Format: double */
      mean: number;
      /** Format: double */
      median: number;
      /** Format: double */
      min: number;
      /**
       * Format: double
       * @description Of the sample; `null` for a single value.
       */
      std?: number | null;
    };
    OperatorCount: {
      /** Format: int64 */
      count: number;
      domain: string;
      name: string;
    };
    Opset: {
      /** @description Empty for the standard `ai.onnx` domain. */
      domain: string;
      /** Format: int64 */
      version: number;
    };
    /** @enum {string} */
    Optimiser: "adam_w" | "sgd";
    /** @description How the answers to recorded requests may change. */
    OutputGate: {
      /**
       * Format: double
       * @description Share of rows answered alike, at least; `null` only tells it.
       * @default null
       */
      least_agreement: number | null;
      /**
       * Format: double
       * @description The population stability index of its answers against the recorded ones, at most; `null` only tells it.
       * @default null
       */
      most_psi: number | null;
      /**
       * Format: int32
       * @description The newest recorded rows that the challenger answers too; 0 asks it none.
       * @default 2000
       */
      rows: number;
    };
    /** @description A test on pairs of answers to the same rows. */
    PairedTest: {
      /** @description "McNemar, exact". */
      name: string;
      /**
       * Format: double
       * @description Two-sided.
       */
      p: number;
    };
    Parameter: {
      domain: components["schemas"]["Domain"];
      /** @description A field of the plan, for example `learning_rate` or `network.weight_decay`. */
      name: string;
    };
    /** @description The champion answers worse than it should: accuracy of a classifier, mean absolute error of a regression. */
    PerformanceTrigger: {
      /**
       * Format: double
       * @description Worse than on the reference rows by this: points of accuracy (0 to 1), or a share of the error.
       * @default null
       */
      drop: number | null;
      /**
       * @description Judged by the estimate, which needs no labels.
       * @default false
       */
      estimated: boolean;
      /**
       * Format: int32
       * @description Fewer rows than this decide nothing.
       * @default 100
       */
      min_rows: number;
      /**
       * Format: int32
       * @description Hours of the newest answers that are judged.
       * @default 24
       */
      window_h: number;
      /**
       * Format: double
       * @description Accuracy below this (0 to 1), or an error above this (the target's unit).
       * @default null
       */
      worse_than: number | null;
    };
    /**
     * @description What makes a column personal data.
     * @enum {string}
     */
    Personal: "email" | "phone" | "name" | "iban" | "address" | "birth_date" | "other" | "nothing";
    /** @description What a retraining is to do. */
    Plan: {
      /**
       * @default {
       *       "allow_personal": false,
       *       "datasets": [],
       *       "labelled": true,
       *       "reference": true,
       *       "split": "newest",
       *       "time": null
       *     }
       */
      data: components["schemas"]["DataPlan"];
      /**
       * @default {
       *       "approval": true,
       *       "confidence": 0.95,
       *       "folds": 5,
       *       "latency_factor": 2,
       *       "metrics": [],
       *       "min_rows": 30,
       *       "new_margin": 0,
       *       "old_margin": 0.05,
       *       "outputs": {
       *         "least_agreement": null,
       *         "most_psi": null,
       *         "rows": 2000
       *       },
       *       "size_factor": null,
       *       "slices": {
       *         "margin": 0.05,
       *         "min_rows": 50
       *       }
       *     }
       */
      gates: components["schemas"]["Gates"];
      /**
       * Format: double
       * @description Share of the newest labelled rows kept for the comparison.
       * @default 0.25
       */
      holdout: number;
      /**
       * Format: double
       * @description L2 penalty (1/C for linear models; for those of numbers, of standardised columns).
       * @default 1
       */
      l2: number;
      /**
       * Format: double
       * @description Of boosted trees.
       * @default 0.1
       */
      learning_rate: number;
      /**
       * Format: int32
       * @description Largest number of leaves a boosted tree.
       * @default 31
       */
      leaves: number;
      /** @default full */
      mode: components["schemas"]["Mode"];
      /**
       * @description What only neural networks take.
       * @default {
       *       "balanced": false,
       *       "batch": 32,
       *       "clip": 1,
       *       "distil": 0,
       *       "ewc": 0,
       *       "freeze": [],
       *       "huber": null,
       *       "last_layers": null,
       *       "learning_rate": 0.001,
       *       "momentum": 0.9,
       *       "optimiser": "adam_w",
       *       "patience": 10,
       *       "replay": null,
       *       "schedule": "cosine",
       *       "smoothing": 0,
       *       "warm_up": 0,
       *       "weight_decay": 0.01
       *     }
       */
      network: components["schemas"]["Network"];
      /**
       * Format: double
       * @description How often each new labelled row counts against an old one.
       * @default 1
       */
      new_weight: number;
      /**
       * Format: int32
       * @description Boosted trees: trees to add; forests: trees; linear: iterations at most; neural networks: epochs at most.
       * @default 100
       */
      rounds: number;
      /**
       * @default {
       *       "kind": "builtin"
       *     }
       */
      runner: components["schemas"]["Runner"];
      /** @default null */
      search: components["schemas"]["Search"] | null;
      /**
       * Format: int64
       * @default 0
       */
      seed: number;
      /**
       * @description What only trees take.
       * @default {
       *       "categories": [],
       *       "falling": [],
       *       "patience": null,
       *       "quantile": null,
       *       "rising": []
       *     }
       */
      trees: components["schemas"]["Trees"];
      /**
       * Format: int32
       * @description Labelled predictions older than this are left out, hours; `null` takes all.
       * @default null
       */
      window_h: number | null;
    };
    /** @description One input or output. */
    Port: components["schemas"]["PortKind"] & {
      name: string;
      /** @description An input that has a default (an initializer of the same name) may be left out. */
      overridable?: boolean;
    };
    PortKind:
      | {
          element: components["schemas"]["ElementType"];
          /** @enum {string} */
          kind: "tensor";
          /** @description `null` when the file declares no shape at all, which is not the same as a scalar's `[]`. */
          shape?: components["schemas"]["Dim"][] | null;
        }
      | {
          item: components["schemas"]["PortKind"];
          /** @enum {string} */
          kind: "sequence";
        }
      | {
          key: components["schemas"]["ElementType"];
          /** @enum {string} */
          kind: "map";
          value: components["schemas"]["PortKind"];
        }
      | {
          item: components["schemas"]["PortKind"];
          /** @enum {string} */
          kind: "optional";
        };
    PredictAnswer: {
      answers: components["schemas"]["RowAnswer"][];
      model: string;
      timing: components["schemas"]["Timing"];
      /** Format: int32 */
      version: number;
      /** @description Rows that failed quality checks set to `tag`; left out when there are none. */
      warnings?: components["schemas"]["QualityWarning"][];
    };
    PredictRequest: {
      /** @description Your own id: labels may name it. */
      id?: string | null;
      /** @description Named rows. */
      rows: {
        [key: string]: components["schemas"]["Cell"];
      }[];
      /**
       * Format: int32
       * @description A version number; the champion if left out.
       */
      version?: number | null;
    };
    /** @description Whether and how a model can be retrained here. */
    Probe: {
      /** @description What was found: the learner in the file, or each thing that stands in the way. */
      details: string[];
      /** @description What is kept as it is before the learner ("a one-hot of 2 columns"), where that is more than scalers. */
      kept?: string | null;
      /** @description Empty when no native trainer fits. */
      modes: components["schemas"]["Mode"][];
      /** @description A sentence: what can be done, or that nothing can and why. */
      summary: string;
      trainer?: components["schemas"]["Trainer"] | null;
    };
    Progress: {
      /**
       * Format: double
       * @description Mean loss on rows left out of training for watching it.
       */
      held_out_loss?: number | null;
      /**
       * Format: double
       * @description Mean loss on the rows trained on.
       */
      loss: number;
      /** Format: int32 */
      step: number;
      /** Format: int32 */
      total: number;
    };
    PromoteRequest: {
      reason?: string;
      /**
       * Format: int32
       * @description A version number; the challenger if left out.
       */
      version?: number | null;
      who?: string | null;
    };
    /** @description The newest numbers of one model, over its window. */
    Pulse: {
      /**
       * Format: double
       * @description Accuracy (classification), 0 to 1.
       */
      accuracy?: number | null;
      /** Format: int32 */
      drifted?: number | null;
      /**
       * Format: int64
       * @description Requests that were answered but not recorded.
       */
      dropped: number;
      /** Format: double */
      error_share?: number | null;
      /** Format: int32 */
      features: number;
      /**
       * Format: double
       * @description Mean absolute error (regression).
       */
      mae?: number | null;
      /** Format: double */
      p99_ms?: number | null;
      /** Format: int64 */
      requests: number;
      /** Format: double */
      requests_per_s: number;
    };
    /** @enum {string} */
    QualityAction: "warn" | "tag" | "reject";
    /** @description Checks to put in place of those with the same id, or to add. */
    QualityChange: {
      /** @default [] */
      checks: components["schemas"]["QualityCheck"][];
      /** @default  */
      reason: string;
      /**
       * @description Ids of checks to take away.
       * @default []
       */
      remove: string[];
      /**
       * Format: int32
       * @description A version number; the champion if left out.
       * @default null
       */
      version: number | null;
      /** @default null */
      who: string | null;
    };
    QualityCheck: {
      /** @description What happens to a row that fails; of a check on a window, always `warn`. */
      action: components["schemas"]["QualityAction"];
      /** @description `None` for what is asked of whole rows or of the traffic. */
      column?: string | null;
      /** @description Changed by hand: learning again leaves it alone. */
      edited?: boolean;
      enabled: boolean;
      expect: components["schemas"]["Expectation"];
      /** @description `age.range`: stays the same when the limits are edited, so that its history does too. */
      id: string;
      severity: components["schemas"]["Severity"];
      /**
       * Format: double
       * @description Share of rows that may fail a row check before the check itself counts as failed, 0 to 1.
       */
      tolerance: number;
    };
    QualityCheckView: {
      check: components["schemas"]["QualityCheck"];
      level: components["schemas"]["QualityLevel"];
      outcome: components["schemas"]["QualityOutcome"];
      /** @description What was observed in each step: a share of rows, or the number its limits are for. */
      over_time: (number | null)[];
      since?: components["schemas"]["Time"] | null;
      /** @description "age range". */
      title: string;
      /**
       * Format: int64
       * @description Rows that failed it in the range, of a row check.
       */
      violations: number;
    };
    QualityColumn: {
      kind: components["schemas"]["FeatureKind"];
      name: string;
      text: boolean;
    };
    QualityDifference: {
      after?: string | null;
      /** @description What is expected, in words: "0 to 120". */
      before?: string | null;
      id: string;
      title: string;
      what: components["schemas"]["Differs"];
    };
    QualityLearnAnswer: {
      /** @description Whether the changes are in force now. */
      applied: boolean;
      changes: components["schemas"]["QualityDifference"][];
      /**
       * Format: int64
       * @description Rows that were learnt from.
       */
      rows: number;
      /**
       * Format: int32
       * @description Checks that stay as they are.
       */
      unchanged: number;
    };
    QualityLearnRequest: {
      /**
       * @description Shows what would change and changes nothing.
       * @default false
       */
      dry_run: boolean;
      /** @default reference */
      from: components["schemas"]["LearnFrom"];
      /**
       * Format: double
       * @description How far back, from `traffic`; 24 if left out.
       * @default null
       */
      hours: number | null;
      /**
       * @description Also replaces checks that were edited by hand.
       * @default false
       */
      replace_edited: boolean;
      /**
       * Format: int32
       * @description A version number; the champion if left out.
       * @default null
       */
      version: number | null;
      /** @default null */
      who: string | null;
    };
    QualityLearnt: {
      from: components["schemas"]["BaselineFrom"];
      /** @description Learnt by hand from recorded rows. */
      from_traffic: boolean;
      /** Format: int64 */
      rows: number;
      time: components["schemas"]["Time"];
    };
    /**
     * @description What a check is put to.
     * @enum {string}
     */
    QualityLevel: "row" | "window";
    /** @description What one check shows over a stretch of time. Every number is finite. */
    QualityOutcome: {
      /** @description "0 to 120". */
      expected: string;
      /**
       * Format: int64
       * @description Rows (or values, or steps) it was put to.
       */
      n: number;
      /**
       * Format: double
       * @description Share of rows that failed a row check; for a window check the number that its limits are for.
       */
      observed?: number | null;
      /** @description The same in words, "–" without any. */
      seen: string;
      /** @description "age: 3.2% of rows above 120 (64 of 2000), reference never". */
      sentence: string;
      state: components["schemas"]["CheckState"];
    };
    QualityTotals: {
      /**
       * Format: int32
       * @description Checks by what they show.
       */
      failed: number;
      /**
       * Format: int32
       * @description Of the failed ones, those of severity `act`.
       */
      failed_act: number;
      /** Format: int32 */
      not_enough: number;
      /** Format: int32 */
      off: number;
      /** Format: int32 */
      passed: number;
      /** Format: int64 */
      rejected_requests: number;
      /** Format: int64 */
      rejected_rows: number;
      /**
       * Format: int64
       * @description Rows that were looked at, refused ones included.
       */
      rows: number;
      /** Format: int64 */
      tagged_rows: number;
      /** Format: int64 */
      violating_rows: number;
    };
    /** @description Checks of one version and what they show over a range. */
    QualityView: {
      /** Format: int64 */
      baseline_needed: number;
      /**
       * Format: int64
       * @description Rows that made the baseline so far, and rows it needs.
       */
      baseline_rows: number;
      /** @description In the order of the columns; those about whole rows first, those about the traffic last. */
      checks: components["schemas"]["QualityCheckView"][];
      /** @description The model's inputs, in its order. */
      columns: components["schemas"]["QualityColumn"][];
      from: components["schemas"]["Time"];
      learnt?: components["schemas"]["QualityLearnt"] | null;
      now: components["schemas"]["Time"];
      /** Format: int64 */
      step_ms: number;
      /** @description The beginning of each step of `over_time`. */
      times: components["schemas"]["Time"][];
      to: components["schemas"]["Time"];
      totals: components["schemas"]["QualityTotals"];
      /** Format: int32 */
      version: number;
    };
    /** @description A row that failed a check. */
    QualityViolation: {
      action: components["schemas"]["QualityAction"];
      check: string;
      /** @description The recorded row; that of a refused request names nothing that was kept. */
      id: string;
      message: string;
      time: components["schemas"]["Time"];
      value: string;
      /** Format: int32 */
      version: number;
    };
    /** @description A row that was answered although it failed a check set to `tag`. */
    QualityWarning: {
      /** @description The check's id. */
      check: string;
      column?: string | null;
      /** @description "`age` is 412, above 120". */
      message: string;
      /**
       * Format: int32
       * @description Its place in the request, from 0.
       */
      row: number;
      /** @description As it was sent. */
      value: string;
    };
    /** @description How far one quantile moved. */
    QuantileShift: {
      /** Format: double */
      current: number;
      /** Format: double */
      q: number;
      /** Format: double */
      reference: number;
    };
    QuantileView: {
      /** Format: double */
      q: number;
      /** Format: double */
      value: number;
    };
    /** @description Retrainings of all models that are under way or wait for their turn. */
    QueueView: {
      /**
       * Format: int32
       * @description How many may train at once.
       */
      at_once: number;
      /** @description Those that train first, then in the order of the line. */
      runs: components["schemas"]["QueuedRun"][];
      /** @description First models in the making, which stand in the same line. */
      trainings: components["schemas"]["QueuedTraining"][];
    };
    QueuedRun: {
      created: components["schemas"]["Time"];
      model: string;
      /**
       * Format: int32
       * @description From 1; none for those that have their turn.
       */
      position?: number | null;
      run: components["schemas"]["RunPulse"];
      /** @description "by ada", "because income drifted...". */
      why: string;
    };
    QueuedTraining: {
      /** @description "reading the data", "fitting trees". */
      at: string;
      created: components["schemas"]["Time"];
      dataset: components["schemas"]["DatasetId"];
      id: components["schemas"]["TrainingId"];
      /** @description What it will be called. */
      model: string;
      /**
       * Format: int32
       * @description From 1; none for those that have their turn.
       */
      position?: number | null;
      state: components["schemas"]["TrainingState"];
      /** Format: int32 */
      step: number;
      /** Format: int32 */
      total: number;
    };
    /** @description From one time of day to another, over midnight where the second is the earlier one; nothing starts in between. */
    QuietHours: {
      /** @description `22:00`. */
      from: string;
      /** @description `06:00`, the first minute that is not quiet. */
      to: string;
    };
    /**
     * @description What comes first among the inputs.
     * @enum {string}
     */
    RankedBy: "distance" | "effect";
    /** @description What the job hands back goes through a folder that both sides see: Ray has no way to fetch a file. */
    RayRunner: components["schemas"]["Shared"] & {
      /** @description A folder on this machine that is uploaded beside the job's own files. */
      code?: string | null;
      /**
       * Format: double
       * @description Processors that the entry point takes up.
       */
      cpus?: number;
      data?: components["schemas"]["DataFormat"];
      /** @description A line for the cluster's shell, run in the uploaded folder: `python train.py`. */
      entrypoint: string;
      env?: {
        [key: string]: string;
      };
      /** Format: double */
      gpus?: number;
      /**
       * Format: int32
       * @description The run fails when the cluster can't be reached for so many seconds.
       */
      lost_after_s?: number;
      /** Format: int32 */
      timeout_s?: number;
      /** @description A file on this machine that holds the bearer token. */
      token_file?: string | null;
      /** @description Of the dashboard: `http://127.0.0.1:8265`. */
      url: string;
    };
    Reason: {
      next: components["schemas"]["NextStep"];
      /** @description "income drifted since 13:46 (PSI 0.31, values higher)". */
      sentence: string;
      since?: components["schemas"]["Time"] | null;
      state: components["schemas"]["HealthState"];
    };
    ReasonRequest: {
      /** @default  */
      reason: string;
      /** @default null */
      who: string | null;
    };
    /** @description Mean length of what the reference's principal components leave out. */
    Rebuilt: {
      /** Format: int64 */
      components: number;
      /** Format: double */
      current: number;
      /**
       * Format: double
       * @description Of reference rows that the components were not found in.
       */
      reference: number;
      state: components["schemas"]["State"];
      /**
       * Format: double
       * @description Three standard errors of the difference.
       */
      uncertainty: number;
    };
    /** @description How well the components of the reference rebuild the current rows. */
    Reconstruction: {
      /**
       * Format: int64
       * @description Components and the share of the variance they keep.
       */
      components: number;
      /**
       * Format: double
       * @description Mean length of what is left out of a standardised row.
       */
      error: number;
      /** Format: double */
      high: number;
      /** Format: double */
      kept: number;
      /**
       * Format: double
       * @description Mean and three standard deviations over ten chunks of the reference; drift outside.
       */
      low: number;
      /** Format: int64 */
      n_current: number;
      /** Format: int64 */
      n_reference: number;
      state: components["schemas"]["State"];
      /**
       * Format: double
       * @description Three standard errors of it: what so few rows leave uncertain.
       */
      uncertainty: number;
    };
    Recording:
      | {
          /** @enum {string} */
          mode: "all";
        }
      | {
          /** @enum {string} */
          mode: "sampled";
          /** Format: double */
          share: number;
        }
      | {
          /** @enum {string} */
          mode: "off";
        };
    /** @description A rectangle in the chart's pixels, from its top left corner. */
    Rect: {
      /** Format: double */
      height: number;
      /** Format: double */
      width: number;
      /** Format: double */
      x: number;
      /** Format: double */
      y: number;
    };
    Refusal: {
      hint?: string | null;
      message: string;
    };
    /** @description A file of this machine that is to be a data set. */
    RegisterRequest: {
      /**
       * @description Copy it into the data folder; otherwise it stays where it is, and is checked for changes on every use.
       * @default false
       */
      copy: boolean;
      /**
       * @description The file's name if left out.
       * @default null
       */
      name: string | null;
      /** @default  */
      notes: string;
      /**
       * @description Where the CSV or Parquet file lies.
       * @default
       */
      path: string;
      /** @default [] */
      tags: string[];
      /** @default null */
      who: string | null;
    };
    /** @description What was said and what came, for the rows whose probability lies from `from` to `to`. */
    ReliabilityBin: {
      /** Format: double */
      from: number;
      /** Format: double */
      high: number;
      /** Format: double */
      low: number;
      /** Format: int64 */
      n: number;
      /**
       * Format: double
       * @description Mean of the probabilities.
       */
      probability: number;
      /**
       * Format: double
       * @description Share that came true, with Wilson's 95% interval.
       */
      share: number;
      /** Format: double */
      to: number;
    };
    /** @description Recorded answers against those of one version to the same rows. */
    Replay: {
      /** Format: int64 */
      apart: number;
      /** @description The largest changes first. */
      changes: components["schemas"]["AnsweredTwice"][];
      classes: string[];
      from: components["schemas"]["Time"];
      /** Format: int64 */
      labelled: number;
      /** @description `champion` stands for the recorded answers, `challenger` for those of the version. Metrics are of labelled rows. */
      lines: components["schemas"]["ComparisonLine"][];
      /**
       * Format: int64
       * @description Rows answered again, those among them with a label, and those answered differently.
       */
      rows: number;
      to: components["schemas"]["Time"];
      /** Format: int32 */
      version: number;
    };
    ReplayRequest: {
      /** @default null */
      from: components["schemas"]["Time"] | null;
      /**
       * Format: int32
       * @description Rows at most, the newest; 2,000 if left out.
       * @default null
       */
      most: number | null;
      /** @default null */
      to: components["schemas"]["Time"] | null;
      /**
       * Format: int32
       * @description The challenger if left out.
       * @default null
       */
      version: number | null;
    };
    /** @enum {string} */
    ReplayState: "running" | "done" | "failed";
    /** @description A replay under way or done. It is made in the background: ask again until it is no longer `running`. */
    ReplayView: {
      /**
       * Format: int32
       * @description Rows answered again so far, and in all.
       */
      done: number;
      result?: components["schemas"]["Replay"] | null;
      state: components["schemas"]["ReplayState"];
      /** Format: int32 */
      total: number;
      /** Format: int32 */
      version: number;
      /** @description Why there is none. */
      why?: string | null;
    };
    /** @description The numbers of one chart. */
    ReportChart: {
      feature?: string | null;
      frame: components["schemas"]["Frame"];
      kind: components["schemas"]["ChartKind"];
      note: string;
      title: string;
    };
    /** @description What a model did between two times. */
    ReportView: {
      charts: components["schemas"]["ReportChart"][];
      /** @description Newest first. */
      events: components["schemas"]["AuditView"][];
      from: components["schemas"]["Time"];
      /** @description "classification, 30 inputs". */
      kind: string;
      model: string;
      monitor: components["schemas"]["MonitorView"];
      /** @description Retraining runs of that time, the oldest first. */
      runs: components["schemas"]["Run"][];
      to: components["schemas"]["Time"];
    };
    /** @description Prediction minus truth. */
    ResidualsView: {
      /** Format: int64 */
      n: number;
      quantiles: components["schemas"]["QuantileView"][];
      /**
       * Format: double
       * @description A quantile lies within this share of the residual that was seen.
       */
      relative_error: number;
    };
    RetrainRequest: {
      /**
       * @default {
       *       "data": {
       *         "allow_personal": false,
       *         "datasets": [],
       *         "labelled": true,
       *         "reference": true,
       *         "split": "newest",
       *         "time": null
       *       },
       *       "gates": {
       *         "approval": true,
       *         "confidence": 0.95,
       *         "folds": 5,
       *         "latency_factor": 2,
       *         "metrics": [],
       *         "min_rows": 30,
       *         "new_margin": 0,
       *         "old_margin": 0.05,
       *         "outputs": {
       *           "least_agreement": null,
       *           "most_psi": null,
       *           "rows": 2000
       *         },
       *         "size_factor": null,
       *         "slices": {
       *           "margin": 0.05,
       *           "min_rows": 50
       *         }
       *       },
       *       "holdout": 0.25,
       *       "l2": 1,
       *       "learning_rate": 0.1,
       *       "leaves": 31,
       *       "mode": "full",
       *       "network": {
       *         "balanced": false,
       *         "batch": 32,
       *         "clip": 1,
       *         "distil": 0,
       *         "ewc": 0,
       *         "freeze": [],
       *         "huber": null,
       *         "last_layers": null,
       *         "learning_rate": 0.001,
       *         "momentum": 0.9,
       *         "optimiser": "adam_w",
       *         "patience": 10,
       *         "replay": null,
       *         "schedule": "cosine",
       *         "smoothing": 0,
       *         "warm_up": 0,
       *         "weight_decay": 0.01
       *       },
       *       "new_weight": 1,
       *       "rounds": 100,
       *       "runner": {
       *         "kind": "builtin"
       *       },
       *       "search": null,
       *       "seed": 0,
       *       "trees": {
       *         "categories": [],
       *         "falling": [],
       *         "patience": null,
       *         "quantile": null,
       *         "rising": []
       *       },
       *       "window_h": null
       *     }
       */
      plan: components["schemas"]["Plan"];
      /** @default null */
      resume: components["schemas"]["RunId"] | null;
      /** @default null */
      who: string | null;
    };
    Reweighted: {
      /**
       * Format: double
       * @description Rows that the weights leave in effect (Kish): few where the reference holds few rows like those of now.
       */
      effective_rows: number;
      /** Format: double */
      high: number;
      /** Format: double */
      low: number;
      /**
       * Format: double
       * @description The same mean unweighted: what the reference itself shows.
       */
      reference: number;
      /** Format: int64 */
      reference_rows: number;
      /**
       * Format: double
       * @description How well the two can be told apart, as an area under the ROC curve: 0.5 for not at all.
       */
      separation: number;
      /**
       * Format: double
       * @description Weighted mean of the reference rows' values, with its 95% interval.
       */
      value: number;
      /** Format: int64 */
      window_rows: number;
    };
    /** @description The reference's realised metric, weighted to look like the newest window. */
    ReweightedView: {
      found?: components["schemas"]["Reweighted"] | null;
      /** @description `accuracy` or `mae`. */
      name: string;
      note: string;
      title: string;
      window_from: components["schemas"]["Time"];
      window_to: components["schemas"]["Time"];
    };
    RowAnswer: {
      /** @description The prediction id that a label names later. */
      id: string;
      label?: string | null;
      /** @description Every output of a model whose task is not known. */
      outputs?: {
        [key: string]: components["schemas"]["Cell"];
      };
      probabilities?: {
        [key: string]: number;
      } | null;
      /** Format: double */
      value?: number | null;
    };
    RowSet: {
      /** @description "learnt from, old", say. */
      part: string;
      /** Format: int64 */
      rows: number;
      /** @description Of the rows in their order: the same rows have the same. */
      sha256: string;
    };
    /** @description Recorded rows whose truth nobody has told yet, those first that would tell most between champion and challenger. */
    RowsToLabel: {
      /**
       * Format: int64
       * @description Of the unlabelled: those that the two answer differently.
       */
      apart: number;
      /** Format: int32 */
      challenger: number;
      /** Format: int32 */
      champion: number;
      /** @description Classes in the order of the probabilities. */
      classes: string[];
      /**
       * Format: int64
       * @description Recorded rows looked at, the newest, and those among them without a label.
       */
      looked_at: number;
      /**
       * Format: int32
       * @description So many more labelled rows would settle what the gates left undecided.
       */
      more_rows?: number | null;
      /** @description Those that the two answer differently, then those they are least sure of. */
      rows: components["schemas"]["AnsweredTwice"][];
      /** Format: int64 */
      unlabelled: number;
    };
    /** @description Says when something is wrong with a model. */
    Rule: {
      /** @description Where its alerts are sent; left out, to every channel that takes the model and the severity. */
      channels?: number[] | null;
      condition?: components["schemas"]["Condition"];
      /**
       * Format: int32
       * @description After clearing, no new alert for this long, seconds.
       */
      cool_down_s: number;
      /**
       * Format: int32
       * @description The windows end this many seconds ago: time for labels to arrive.
       */
      delay_s?: number;
      direction: components["schemas"]["RuleDirection"];
      enabled: boolean;
      /**
       * Format: int32
       * @description It must hold for this many evaluations in a row before the alert fires, and as many to clear.
       */
      hold: number;
      /** @description Stays the same when the rule is changed; made from the signal where it is left out. */
      id?: string;
      /** @description What people call it; made from the rule where it is left out. */
      name?: string;
      severity: components["schemas"]["Severity"];
      signal: components["schemas"]["Signal"];
      /** @description Which input or which metric, for signals that have one. */
      subject?: string | null;
      /**
       * Format: double
       * @description In the signal's unit (shares from 0 to 1) for a threshold and an absolute change, a share for a relative
       *     change, the burn rate, standard deviations for an anomaly, minutes for no traffic.
       */
      threshold: number;
      /**
       * Format: int32
       * @description Seconds that are judged; the model's own window if left out. The long window of a burn rate.
       */
      window_s?: number | null;
    };
    /** @description What rules can be made of. */
    RuleChoices: {
      burn_rates: components["schemas"]["BurnRatePreset"][];
      metrics: components["schemas"]["MetricChoice"][];
      signals: components["schemas"]["SignalView"][];
    };
    /** @enum {string} */
    RuleDirection: "above" | "below" | "either";
    /** @enum {string} */
    RuleState: "off" | "no_data" | "calm" | "pending" | "firing";
    RuleView: {
      /**
       * Format: double
       * @description What it compared with its threshold last.
       */
      compared?: number | null;
      rule: components["schemas"]["Rule"];
      /** @description What it says, in words: "accuracy below 91.8% over 15 min". */
      says: string;
      snoozed_until?: components["schemas"]["Time"] | null;
      state: components["schemas"]["RuleState"];
      unit: components["schemas"]["SignalUnit"];
    };
    /** @description The rules of a model and how each stands. */
    RulesView: {
      /** @description They are those a model has until its own are set. */
      defaults: boolean;
      rules: components["schemas"]["RuleView"][];
      snoozed_until?: components["schemas"]["Time"] | null;
      /**
       * Format: int32
       * @description The window of rules that name none, seconds.
       */
      window_s: number;
    };
    Run: {
      challenger?: components["schemas"]["VersionId"] | null;
      comparison?: components["schemas"]["Comparison"] | null;
      created: components["schemas"]["Time"];
      data?: components["schemas"]["DataUsed"] | null;
      ended?: components["schemas"]["Time"] | null;
      /** @description Why it failed, or stepped back, in words. */
      error?: string | null;
      id: components["schemas"]["RunId"];
      job?: components["schemas"]["TrainingJob"] | null;
      lineage?: components["schemas"]["RunLineage"] | null;
      log: string[];
      model: components["schemas"]["ModelId"];
      /** @description The champion it starts from and is compared with. */
      parent: components["schemas"]["VersionId"];
      plan: components["schemas"]["Plan"];
      /** @description The last progress, kept so that a page opened late shows the whole loss curve. */
      progress: components["schemas"]["Progress"][];
      retry_of?: components["schemas"]["RunId"] | null;
      started?: components["schemas"]["Time"] | null;
      state: components["schemas"]["RunState"];
      study?: components["schemas"]["Study"] | null;
      trigger: components["schemas"]["Trigger"];
    };
    /**
     * Format: int64
     * @description One retraining, from trigger to promotion or hold.
     */
    RunId: number;
    /** @description What the result follows from, beside the plan with its parameters and seed: the same again gives the same bytes. */
    RunLineage: {
      /** @description Of the rows learnt from, in their order, with their truths and weights; lower-case hex. */
      data_sha256: string;
      /** @description Of the champion's file, lower-case hex. */
      parent_sha256: string;
      /** @description The program that trained it: its version. */
      program: string;
      /** Format: int64 */
      rows: number;
    };
    RunPulse: {
      /** Format: int64 */
      id: number;
      /**
       * Format: int32
       * @description Its place in line while it waits for its turn, from 1.
       */
      position?: number | null;
      state: components["schemas"]["RunState"];
      /** Format: int32 */
      step: number;
      /** Format: int32 */
      total: number;
    };
    /** @enum {string} */
    RunState:
      | "queued"
      | "preparing"
      | "training"
      | "comparing"
      | "held"
      | "canary"
      | "promoted"
      | "stepped_back"
      | "failed"
      | "cancelled"
      | "interrupted";
    /** @description What does the training. */
    Runner:
      | {
          /** @enum {string} */
          kind: "builtin";
        }
      | (components["schemas"]["CommandRunner"] & {
          /** @enum {string} */
          kind: "command";
        })
      | (components["schemas"]["RayRunner"] & {
          /** @enum {string} */
          kind: "ray";
        })
      | (components["schemas"]["KubernetesRunner"] & {
          /** @enum {string} */
          kind: "kubernetes";
        });
    /** @description What a Kubernetes runner applies. */
    RunnerManifest: {
      /** @description JSON, which `kubectl apply -f` takes as well. */
      manifest: string;
    };
    /** @description What came of trying a runner. */
    RunnerTest: {
      /** @description What it said, or what stands in the way. */
      answer: string;
      hint?: string | null;
      ok: boolean;
    };
    /** @description A sample that ships with the program. */
    Sample: {
      description: string;
      licence: string;
      name: string;
      title: string;
    };
    /** @enum {string} */
    Sampler: "random" | "tpe";
    /**
     * @description How the learning rate goes over the steps.
     * @enum {string}
     */
    Schedule: "constant" | "cosine" | "step";
    Schema: {
      answer: components["schemas"]["Answer"];
      /** @description In the order of the model's inputs and columns. */
      features: components["schemas"]["Feature"][];
      /** @description Class names in the order of the scores, empty unless a classifier. */
      labels: string[];
      /** @description The column of a data set that holds the truth. */
      target?: string | null;
      task: components["schemas"]["Task"];
    };
    /** @enum {string} */
    SchemaPart: "missing" | "extra" | "type" | "order";
    ScoreCard: {
      baseline: components["schemas"]["ScoreCardBaseline"];
      columns: components["schemas"]["ScoreCardColumn"][];
      confusion?: components["schemas"]["ConfusionMatrix"] | null;
      cross_validation: components["schemas"]["CrossValidation"];
      data_sha256: string;
      /** @description Classes in the order of the probabilities; empty for numbers. */
      labels: string[];
      left_out: components["schemas"]["ScoreCardLeftOut"][];
      method: components["schemas"]["LearnMethod"];
      /** @description Of the finished file on the rows held out, with 95% intervals: Wilson's for shares, else by bootstrap. */
      metrics: components["schemas"]["Metric"][];
      parameters: [string, number][];
      /** @description The metric to look at first. */
      primary: components["schemas"]["MetricName"];
      rows: components["schemas"]["ScoreCardRows"];
      /** Format: int64 */
      seed: number;
      target: string;
      task: components["schemas"]["Task"];
      warnings: string[];
    };
    /** @description What can be answered without looking at a row, on the same rows. */
    ScoreCardBaseline: {
      metrics: components["schemas"]["Metric"][];
      what: string;
    };
    /** @description A column learnt from. */
    ScoreCardColumn: {
      /** @description Texts that are told apart; the others count as none of them. */
      categories?: number | null;
      kind: string;
      /** @description Rows learnt from that have no value. */
      missing: number;
      name: string;
    };
    /** @description A column that nothing is learnt from, and why: "it ...". */
    ScoreCardLeftOut: {
      name: string;
      why: string;
    };
    /** @description How the rows were divided. */
    ScoreCardRows: {
      /** @description Rows of the data. */
      all: number;
      held_out: number;
      how: string;
      learnt: number;
    };
    /** @description How good settings are looked for before the training proper. */
    Search: {
      /**
       * Format: int32
       * @description No trial begins later than this many minutes after the first; `null` has no such end.
       * @default null
       */
      minutes: number | null;
      /**
       * @description What is varied; empty takes what suits the trainer.
       * @default []
       */
      parameters: components["schemas"]["Parameter"][];
      /**
       * Format: int32
       * @description After a third of a trial's length only the best one in so many goes on (asynchronous successive halving);
       *     `null` lets each run to its end.
       * @default 3
       */
      reduction: number | null;
      /** @default tpe */
      sampler: components["schemas"]["Sampler"];
      /**
       * Format: int32
       * @description Trials at most.
       * @default 30
       */
      trials: number;
    };
    /**
     * @description Which times are compared with each other; hours and days are UTC.
     * @enum {string}
     */
    Season: "none" | "hour_of_day" | "day_of_week" | "hour_of_week";
    /** @description Text that is kept out of logs and answers; in answers it reads [`Secret::HIDDEN`]. */
    Secret: string;
    /** @enum {string} */
    Security: "tls" | "start_tls" | "none";
    Settings: {
      /**
       * @description What a new model records.
       * @default {
       *       "mode": "all"
       *     }
       */
      default_recording: components["schemas"]["Recording"];
      /**
       * Format: int32
       * @description Alerts, once they have cleared.
       * @default 365
       */
      keep_alerts_days: number;
      /**
       * Format: int32
       * @description Counters of hours and of six hours, at least as long as ten minutes.
       * @default 90
       */
      keep_hours_days: number;
      /**
       * @description Closing the window leaves the program in the tray.
       * @default false
       */
      keep_in_tray: boolean;
      /**
       * Format: int32
       * @description Labels, by the time of their prediction.
       * @default 30
       */
      keep_labels_days: number;
      /**
       * Format: int32
       * @description Counters of each minute; those of days are kept for ever.
       * @default 7
       */
      keep_minutes_days: number;
      /**
       * Format: int32
       * @description Recorded predictions are kept this long, days.
       * @default 30
       */
      keep_predictions_days: number;
      /**
       * Format: int32
       * @description Logs and loss curves of retrainings; what they compared and decided is kept for ever.
       * @default 90
       */
      keep_run_logs_days: number;
      /**
       * Format: int32
       * @description Samples of processor and memory.
       * @default 7
       */
      keep_system_days: number;
      /**
       * Format: int32
       * @description Counters of ten minutes, at least as long as minutes.
       * @default 30
       */
      keep_ten_minutes_days: number;
      /** @default true */
      notifications: boolean;
      /**
       * Format: int32
       * @description Loopback port of the desktop app.
       * @default 8000
       */
      port: number;
      /**
       * Format: int32
       * @description Retrainings at once, of all models; the others wait in line.
       * @default 1
       */
      trainings: number;
      /**
       * @description A folder whose models are deployed as they appear.
       * @default null
       */
      watch_folder: string | null;
    };
    /** @enum {string} */
    Severity: "watch" | "act";
    /** @description One folder, as it is called here and where the job runs. */
    Shared: {
      /** @description On this machine. */
      folder: string;
      /** @description Where the job runs; `null`: the same. */
      there?: string | null;
    };
    /**
     * @description What a rule watches. Each signal is defined once, in `engine`, and drawn from the same numbers as the
     *     charts.
     * @enum {string}
     */
    Signal:
      | "input_drift"
      | "prediction_drift"
      | "accuracy"
      | "mean_absolute_error"
      | "metric"
      | "error_share"
      | "latency_p50"
      | "latency_p95"
      | "latency_p99"
      | "throughput"
      | "label_coverage"
      | "label_lag"
      | "missing_share"
      | "quality_violation"
      | "concept_drift"
      | "multivariate_drift";
    /** @enum {string} */
    SignalUnit: "share" | "milliseconds" | "seconds" | "per_second" | "minutes" | "times" | "sigmas" | "plain";
    SignalView: {
      counted: components["schemas"]["Counted"];
      /**
       * Format: double
       * @description A threshold to start from.
       */
      first: number;
      signal: components["schemas"]["Signal"];
      subject: components["schemas"]["SubjectOf"];
      title: string;
      unit: components["schemas"]["SignalUnit"];
      /** @description The side on which it is worse. */
      worse: components["schemas"]["RuleDirection"];
    };
    Signature: {
      inputs: components["schemas"]["Port"][];
      outputs: components["schemas"]["Port"][];
    };
    /** @description How likely a difference at least this large is without drift. */
    Significance: {
      /** Format: double */
      p: number;
      /**
       * Format: double
       * @description Adjusted for the number of columns compared (Benjamini and Hochberg, 1995).
       */
      p_adjusted: number;
      /** Format: double */
      statistic?: number | null;
      test: components["schemas"]["Method"];
    };
    /** @description Rows that share something, and how the model does on them against all others. */
    Slice: {
      conditions: components["schemas"]["SliceCondition"][];
      /**
       * Format: double
       * @description `value - rest` with its 95% interval.
       */
      difference: number;
      /** Format: double */
      difference_high: number;
      /** Format: double */
      difference_low: number;
      /**
       * Format: double
       * @description Difference in pooled standard deviations.
       */
      effect: number;
      /** Format: double */
      high: number;
      /** Format: double */
      low: number;
      /** Format: int64 */
      n: number;
      /** @description `age 45 to 60 and region = north`. */
      name: string;
      /**
       * Format: double
       * @description Two-sided, of no difference.
       */
      p: number;
      /**
       * Format: double
       * @description Corrected for the number of slices looked at (Benjamini and Hochberg).
       */
      q: number;
      /**
       * Format: double
       * @description The metric on all other rows.
       */
      rest: number;
      /**
       * Format: double
       * @description Of all rows.
       */
      share: number;
      /**
       * Format: double
       * @description The metric in the slice with its 95% interval.
       */
      value: number;
      verdict: components["schemas"]["SliceVerdict"];
    };
    /** @description What one input must be for a row to belong to a slice. */
    SliceCondition: {
      category?: string | null;
      feature: string;
      /**
       * Format: double
       * @description At least this.
       */
      from?: number | null;
      /** @description `age 45 to 60`, `region = north`. */
      text: string;
      /**
       * Format: double
       * @description Less than this.
       */
      to?: number | null;
    };
    /** @description Slices are the bins and categories of each input, and the pairs of inputs that lose most. */
    SliceGate: {
      /**
       * Format: double
       * @description No slice may surely lose more than this: points of accuracy, or a share of the champion's mean error.
       * @default 0.05
       */
      margin: number;
      /**
       * Format: int32
       * @description Smaller slices are not judged.
       * @default 50
       */
      min_rows: number;
    };
    /**
     * @description What slices and their search measure.
     * @enum {string}
     */
    SliceMetric: "accuracy" | "mae" | "business";
    /** @enum {string} */
    SliceVerdict: "worse" | "better" | "same" | "not_enough";
    /** @description The model on the rows of each bin and category. */
    SlicesView: {
      features: components["schemas"]["FeatureSlices"][];
      higher_is_better: boolean;
      metric: components["schemas"]["SliceMetric"];
      note: string;
      /**
       * Format: double
       * @description On all rows; missing without any.
       */
      overall?: number | null;
      rows: components["schemas"]["LabelledRowsView"];
    };
    /** @description Quiet for a rule, or for all rules of a model. */
    SnoozeRequest: {
      /**
       * Format: int32
       * @description Minutes from now; 0 ends the snooze.
       * @default 0
       */
      minutes: number;
      /**
       * @description The id of a rule; all of the model's if left out.
       * @default null
       */
      rule: string | null;
    };
    /** @description Where a version came from. */
    Source:
      | {
          file: string;
          /** @enum {string} */
          from: "import";
        }
      | {
          /** @enum {string} */
          from: "training";
          parent: components["schemas"]["VersionId"];
          run: components["schemas"]["RunId"];
        }
      | {
          dataset: components["schemas"]["DatasetId"];
          /** @enum {string} */
          from: "data";
          training: components["schemas"]["TrainingId"];
        };
    /** @description The last hour, or all of a younger model, in 60 points, oldest first. */
    Sparks: {
      drift: (number | null)[];
      error_share: (number | null)[];
      p99_ms: (number | null)[];
      quality: (number | null)[];
    };
    /** @description A model file looked at and tried, not yet deployed. */
    Staged: {
      /** Format: int64 */
      bytes: number;
      existing?: components["schemas"]["Existing"] | null;
      file_name: string;
      inspection: components["schemas"]["Inspection"];
      name: string;
      probe: components["schemas"]["Probe"];
      refused?: components["schemas"]["Refusal"] | null;
      schema: components["schemas"]["Schema"];
      sha256: string;
      token: string;
      trial?: components["schemas"]["TrialView"] | null;
    };
    /** @enum {string} */
    State: "stable" | "drifted" | "undecided" | "not_enough";
    /** @description The program as a whole. */
    Status: {
      data_dir: string;
      /**
       * Format: int64
       * @description Recorded predictions lost because the queue was full.
       */
      dropped_records: number;
      /** @description `http://127.0.0.1:8000`, once listening. */
      http?: string | null;
      now: components["schemas"]["Time"];
      /** Format: int32 */
      open_alerts: number;
      /** Format: double */
      requests_per_s: number;
      started: components["schemas"]["Time"];
      /** Format: int64 */
      store_bytes: number;
      system: components["schemas"]["System"];
      /**
       * Format: int64
       * @description Labels kept whose prediction is not known (yet).
       */
      unmatched_labels: number;
      version: string;
    };
    /** @description What takes how much of the data folder, bytes. */
    StorageView: {
      /**
       * Format: int64
       * @description Model files.
       */
      artifact_bytes: number;
      /**
       * Format: int64
       * @description The database file with its free pages.
       */
      database_bytes: number;
      /**
       * Format: int64
       * @description Reference data sets.
       */
      dataset_bytes: number;
      /**
       * Format: int64
       * @description Recorded predictions lost since the start, because too many waited or the disk refused them.
       */
      dropped_records: number;
      /**
       * Format: int64
       * @description In the database, given back or used again.
       */
      free_bytes: number;
      /** @description Whether freed space goes back to the disk by itself; if not, compacting once makes it so. */
      gives_back: boolean;
      /**
       * Format: int64
       * @description What was committed and is still to be copied into the database.
       */
      journal_bytes: number;
      /** @description Largest first. */
      kinds: components["schemas"]["StoredKind"][];
      /** @description When this was looked at: it takes a while in a large folder, so it is kept for half a minute. */
      measured: components["schemas"]["Time"];
    };
    /** @description One kind of thing in the database. */
    StoredKind: {
      /**
       * Format: int64
       * @description With its indices.
       */
      bytes: number;
      /**
       * Format: int32
       * @description How long it is kept; for ever if `null`.
       */
      keep_days?: number | null;
      /**
       * Format: int64
       * @description Where they are counted.
       */
      rows?: number | null;
      table: string;
      /** @description "predictions". */
      title: string;
    };
    /** @description A search and its trials so far: all that is needed to go on with it. */
    Study: {
      /** @description Index of the complete trial with the lowest loss. */
      best?: number | null;
      /** @description By parameter: the share of what moves the loss; empty while there are too few trials to say. */
      importance: number[];
      /** @description With the parameters that are varied. */
      search: components["schemas"]["Search"];
      trials: components["schemas"]["Trial"][];
    };
    /**
     * @description What a rule on a signal may or must name.
     * @enum {string}
     */
    SubjectOf: "none" | "any_input" | "metric";
    /** @description Processor and memory, of the machine and of this program with its workers. */
    System: {
      /**
       * Format: double
       * @description Of the whole machine, 0 to 1.
       */
      cpu: number;
      /** Format: int64 */
      memory_total: number;
      /** Format: int64 */
      memory_used: number;
      /**
       * Format: double
       * @description Of this program and its workers, in cores.
       */
      process_cpu: number;
      /** Format: int64 */
      process_memory: number;
    };
    /** @description What was found of two tables. */
    TableDrift: {
      /** @description In the order given. */
      columns: components["schemas"]["ColumnDrift"][];
      columns_drifted: number;
      columns_judged: number;
      /** @description Of the columns that name no other. */
      definition: components["schemas"]["Definition"];
      /** @description Whether at least half of those have drifted. */
      drifted: boolean;
      /**
       * Format: double
       * @description Of the columns that could be judged.
       */
      share_drifted: number;
    };
    /** @enum {string} */
    Task: "classification" | "regression" | "other";
    /** @description The outcome of a test: its statistic and the probability of one as large without drift. */
    Test: {
      /** Format: double */
      p: number;
      /** Format: double */
      statistic: number;
    };
    /** @description How far the texts of two samples differ. */
    TextDrift: {
      classifier?: components["schemas"]["DomainClassifier"] | null;
      /** Format: double */
      length_current: number;
      /**
       * Format: double
       * @description Mean length in characters.
       */
      length_reference: number;
      /** @description Two-sample Kolmogorov-Smirnov of the lengths. */
      length_test: components["schemas"]["Test"];
      /** @description The most common of them. */
      new_words: string[];
      /**
       * Format: double
       * @description Share of the current words that the reference does not have.
       */
      unknown: number;
      /**
       * Format: double
       * @description The same of the reference's second half against its first: what is usual.
       */
      unknown_usual: number;
    };
    /** @description How texts moved. */
    TextShift: {
      /** @description Of a text. */
      characters: components["schemas"]["Moved"];
      /** Format: int64 */
      looked_at: number;
      /** @description The most common unknown words. */
      new_words: string[];
      /**
       * Format: double
       * @description Share of the texts of which no word is known.
       */
      strange: number;
      /**
       * Format: int64
       * @description Texts and words looked at.
       */
      texts: number;
      /**
       * Format: double
       * @description Share of the words that the reference's 5,000 most common ones lack.
       */
      unknown: number;
      unknown_drifted: boolean;
      /**
       * Format: double
       * @description How likely so many more are without drift: one-sided, with the variance between texts.
       */
      unknown_p: number;
      /**
       * Format: double
       * @description PSI of known against unknown words; 0 where there are no more unknown ones than usual.
       */
      unknown_psi: number;
      /**
       * Format: double
       * @description The same of reference texts that are as new to a vocabulary.
       */
      unknown_usual: number;
      words: components["schemas"]["Moved"];
    };
    /** @enum {string} */
    Theme: "dark" | "light";
    Tile: {
      /** @description Change against the window before, or what the number stands on. */
      detail: string;
      /** @description `requests`, `latency`, `errors`, `quality`, `labels`, `drift`. */
      key: string;
      title: string;
      tone: components["schemas"]["Tone"];
      unit: string;
      value: string;
    };
    /**
     * Format: int64
     * @description Milliseconds since the Unix epoch, UTC.
     */
    Time: number;
    /** @description Where the time of a request went, microseconds. */
    Timing: {
      /**
       * Format: int32
       * @description Waiting for a free session.
       */
      queue_us: number;
      /**
       * Format: int32
       * @description Inside `Session::run`.
       */
      run_us: number;
      /**
       * Format: int32
       * @description From the request's arrival to its answer.
       */
      total_us: number;
    };
    /** @description How far rows are from going together as they did. */
    Together: {
      /** Format: int64 */
      columns: number;
      /**
       * Format: int64
       * @description Principal components, and the share of the variance they keep.
       */
      components: number;
      /**
       * Format: double
       * @description By how many standard deviations of a row's error the mean moved.
       */
      effect: number;
      /**
       * Format: double
       * @description Mean length of what the components leave out of a standardised row, in the window and in the reference.
       */
      error: number;
      /** Format: double */
      high: number;
      /** Format: double */
      kept: number;
      /** @description The columns with most of the change in the error. */
      least_fitting: string[];
      /**
       * Format: double
       * @description The usual error with three standard errors of so many rows: outside of these is no chance.
       */
      low: number;
      /**
       * Format: int64
       * @description Rows looked at: of many at once the first.
       */
      n: number;
      /** Format: int64 */
      n_reference: number;
      /**
       * Format: double
       * @description How likely a difference as large is without drift.
       */
      p: number;
      /**
       * Format: double
       * @description Of the distribution of errors.
       */
      psi: number;
      sentence: string;
      /** @description Drifted: outside, and by at least the threshold. Undecided: as far, but so few rows show as much by chance. */
      state: components["schemas"]["State"];
      /** Format: double */
      usual: number;
    };
    /** @enum {string} */
    Tone: "plain" | "good" | "watch" | "act";
    /** @description A first model that is to be made from a data set. */
    TrainRequest: {
      /** @description Learn from personal columns too. */
      allow_personal?: boolean;
      /** @description Columns that nothing is to be learnt from. */
      exclude?: string[];
      /**
       * Format: double
       * @description Share of the rows held out to judge by.
       */
      holdout?: number;
      method?: components["schemas"]["LearnMethod"];
      /** @description The new model's name. */
      name: string;
      /** Format: int64 */
      seed?: number;
      /** @description The column to predict. */
      target: string;
      task?: components["schemas"]["Task"] | null;
      /** @description A column with times: the newest rows are held out. */
      time?: string | null;
      who?: string | null;
    };
    /** @enum {string} */
    Trainer: "linear" | "boosted_trees" | "random_forest" | "neural_network";
    /** @description The making of a first model. */
    Training: {
      /** @description What it is at, in words. */
      at: string;
      card?: components["schemas"]["ScoreCard"] | null;
      created: components["schemas"]["Time"];
      dataset: components["schemas"]["DatasetId"];
      ended?: components["schemas"]["Time"] | null;
      /** @description Why it failed, in words. */
      error?: string | null;
      /**
       * Format: double
       * @description The same on the rows that tell a network when to stop.
       */
      held_out_loss?: number | null;
      id: components["schemas"]["TrainingId"];
      log: string[];
      /**
       * Format: double
       * @description Mean loss on the rows learnt from, while the model itself learns.
       */
      loss?: number | null;
      /** @description The model it became, by the name it was given then. */
      model?: string | null;
      request: components["schemas"]["TrainRequest"];
      started?: components["schemas"]["Time"] | null;
      state: components["schemas"]["TrainingState"];
      /** Format: int32 */
      step: number;
      /**
       * Format: int32
       * @description 0 while it is not known.
       */
      total: number;
    };
    /**
     * Format: int64
     * @description The making of a first model from a data set alone.
     */
    TrainingId: number;
    /** @description A job that was handed over, as a run keeps it. */
    TrainingJob: {
      /** @description What it is called where it runs; the same job is never started twice. */
      key: string;
      /**
       * Format: int64
       * @description Lines left out between them.
       */
      left_out: number;
      /** @description What it wrote, but for its progress: the first lines and the last. */
      lines: string[];
      /** @description The newest of each. */
      metrics: {
        [key: string]: number;
      };
      /** @description "ray at http://127.0.0.1:8265". */
      place: string;
      /** @description What is known of it: "running", "the cluster can't be reached". */
      state: string;
      /** Format: int32 */
      step: number;
      submitted?: components["schemas"]["Time"] | null;
      /** Format: int32 */
      total: number;
    };
    /**
     * @description How far the making of a first model is.
     * @enum {string}
     */
    TrainingState: "queued" | "running" | "done" | "failed" | "cancelled" | "interrupted";
    Trees: {
      /**
       * @description Features whose numbers name categories: groups of them are told from the others.
       * @default []
       */
      categories: string[];
      /**
       * @description Features of which a larger value never raises it.
       * @default []
       */
      falling: string[];
      /**
       * Format: int32
       * @description Rounds of boosting without a better loss on the rows that watch, after which it ends, and the trees after
       *     the best round are dropped; `null` goes through all.
       * @default null
       */
      patience: number | null;
      /**
       * Format: double
       * @description Boosted regression: this quantile of the truth is learnt instead of its mean, between 0 and 1.
       * @default null
       */
      quantile: number | null;
      /**
       * @description Features of which a larger value never lowers the answer (the second class, of two) of what is learnt.
       * @default []
       */
      rising: string[];
    };
    /** @description One set of values, and what it came to. */
    Trial: {
      /** @description Why it failed, in words. */
      error?: string | null;
      /**
       * Format: double
       * @description Loss on the rows that watch, at the end or where it was stopped; `null` if it failed before.
       */
      loss?: number | null;
      /** @description The same at each rung that it reached. */
      rungs: number[];
      state: components["schemas"]["TrialState"];
      /**
       * Format: int32
       * @description Rounds, iterations or epochs it went through.
       */
      steps: number;
      /** Format: int64 */
      took_ms: number;
      /** @description By parameter, in the search's order; of a choice, which of its options. */
      values: number[];
    };
    /** @enum {string} */
    TrialState: "complete" | "stopped" | "failed";
    TrialView: {
      /** Format: double */
      first_run_ms: number;
      /** Format: double */
      load_ms: number;
      /** Format: double */
      median_run_ms: number;
      /** @description A clean error on the made-up inputs: told, not a reason to refuse. */
      note?: string | null;
      /** Format: int64 */
      peak_memory: number;
    };
    Trigger:
      | {
          /** @enum {string} */
          by: "hand";
          who: string;
        }
      | {
          /** @enum {string} */
          by: "conditions";
          combine: components["schemas"]["Combine"];
          conditions: components["schemas"]["TriggerCondition"][];
        }
      | {
          /** @enum {string} */
          by: "drift";
          subject: string;
        }
      | {
          /** @enum {string} */
          by: "schedule";
          cron: string;
        };
    TriggerBlock: {
      kind: components["schemas"]["TriggerBlockKind"];
      says: string;
      until?: components["schemas"]["Time"] | null;
    };
    /** @enum {string} */
    TriggerBlockKind: "running" | "awaits_decision" | "cooling_down" | "refused" | "budget" | "quiet_hours";
    /** @description One condition, with its numbers at a moment. */
    TriggerCondition: {
      holds: boolean;
      kind: components["schemas"]["TriggerKind"];
      /** @description In words: "83 of 120 labelled rows". */
      says: string;
      since?: components["schemas"]["Time"] | null;
      /**
       * Format: double
       * @description What it is measured against.
       */
      threshold?: number | null;
      /**
       * Format: double
       * @description What was measured: labelled rows, accuracy, an error.
       */
      value?: number | null;
    };
    /** @enum {string} */
    TriggerKind: "drift" | "schedule" | "performance" | "new_labels" | "file";
    /** @description When a retraining starts without a hand. */
    Triggers: {
      /**
       * @default {
       *       "minutes": null,
       *       "runs": null
       *     }
       */
      budget: components["schemas"]["DailyBudget"];
      /**
       * @description Whether one condition is enough.
       * @default any
       */
      combine: components["schemas"]["Combine"];
      /**
       * Format: int32
       * @description No second run sooner than this after the last, minutes.
       * @default 60
       */
      cool_down_min: number;
      /**
       * Format: int32
       * @description Rows labelled since that alert opened, from which on there is something to learn from it.
       * @default 120
       */
      drift_labels: number;
      /**
       * @description A data file on this machine: holds once its content has changed and stands still.
       * @default null
       */
      file: string | null;
      /**
       * @description Such a run learns from the file's rows too: it is registered as a data set, in the place of what was
       *     registered of it before. Files that are neither CSV nor Parquet only start runs.
       * @default true
       */
      learn_file: boolean;
      /**
       * Format: int32
       * @description So many rows got their first label since the last run.
       * @default null
       */
      new_labels: number | null;
      /**
       * @description While an alert about the answers is open: drift, accuracy, a rise of errors.
       * @default false
       */
      on_drift: boolean;
      /** @default null */
      performance: components["schemas"]["PerformanceTrigger"] | null;
      /**
       * @description Promote without asking when every gate passes.
       * @default false
       */
      promote: boolean;
      /** @default null */
      quiet: components["schemas"]["QuietHours"] | null;
      /**
       * @description A cron expression (five fields: minute hour day month weekday), in `time_zone`.
       * @default null
       */
      schedule: string | null;
      /**
       * @description IANA name: of the schedule, of quiet hours, and of the day that the budget is for.
       * @default UTC
       */
      time_zone: string;
    };
    /** @description When triggers would have fired, tried hour by hour. */
    TriggersBacktest: {
      /** @description Hours in which the conditions held and something stood in the way, by what it was. */
      blocked_hours: components["schemas"]["BlockedHours"][];
      firings: components["schemas"]["TriggersFiring"][];
      from: components["schemas"]["Time"];
      /** @description What is worth knowing about the answer. */
      notes: string[];
      /** @description "would have fired 3 times in 30 days". */
      says: string;
      to: components["schemas"]["Time"];
    };
    /** @description Which triggers to try on stored history; those that are set, over 30 days, if left out. */
    TriggersBacktestRequest: {
      /**
       * Format: int32
       * @description 1 to 365.
       * @default null
       */
      days: number | null;
      /** @default null */
      triggers: components["schemas"]["Triggers"] | null;
    };
    TriggersFiring: {
      at: components["schemas"]["Time"];
      /** @description Those that held. */
      conditions: components["schemas"]["TriggerCondition"][];
    };
    /** @description Whether a retraining would start by itself at this moment, and why or why not. */
    TriggersView: {
      /** @description What stands in the way, whatever the conditions say. */
      blocks: components["schemas"]["TriggerBlock"][];
      combine: components["schemas"]["Combine"];
      /** @description Every condition that is set. */
      conditions: components["schemas"]["TriggerCondition"][];
      /** Format: int32 */
      minutes_today: number;
      next_schedule?: components["schemas"]["Time"] | null;
      now: components["schemas"]["Time"];
      /**
       * Format: int32
       * @description Runs that triggers started today, in the triggers' time zone, and minutes they took.
       */
      runs_today: number;
      /** @description In one sentence. */
      says: string;
      would_fire: boolean;
    };
    /** @description What turned out to be true for one row. */
    Truth: number | string;
    /** @enum {string} */
    Unit: "milliseconds" | "percent" | "per_second" | "count" | "bytes" | "plain";
    /** @description What a signal usually is at a time. */
    Usual: {
      /** Format: double */
      mean: number;
      /**
       * Format: int64
       * @description Windows of the past it was learnt from.
       */
      n: number;
      /** Format: double */
      sigma: number;
    };
    V2Error: {
      error: string;
    };
    /** @description For the document: an answer without binary tensors. */
    V2InferAnswer: {
      /** @description As it was in the request. */
      id?: string | null;
      model_name: string;
      model_version: string;
      outputs: components["schemas"]["V2InferOutput"][];
      parameters: components["schemas"]["V2InferAnswerParameters"];
    };
    V2InferAnswerParameters: {
      /** @description What a label names later, with `:row` for rows after the first. */
      prediction_id: string;
      /**
       * @description What is wrong with rows that failed quality checks set to `tag`, joined by "; ". The protocol's parameters
       *     are single values.
       */
      quality_warnings?: string | null;
    };
    V2InferInput: {
      /** @description Row-major, nested or flat; `null` is NaN. */
      data?: unknown;
      /** @description BOOL, UINT8 to UINT64, INT8 to INT64, FP16, BF16, FP32, FP64 or BYTES. */
      datatype: string;
      name: string;
      /** @description `binary_data_size`: the tensor's bytes follow the JSON. */
      parameters?: unknown;
      shape: number[];
    };
    V2InferOutput: {
      /** @description Row-major and flat; NaN and the infinities are `null`. */
      data?: unknown;
      datatype: string;
      name: string;
      /** @description `keys`: the classes of the columns. `binary_data_size`: the tensor's bytes follow the JSON. */
      parameters?: unknown;
      shape: number[];
    };
    /** @description For the document: a request without binary tensors. */
    V2InferRequest: {
      id?: string | null;
      inputs: components["schemas"]["V2InferInput"][];
      /** @description All outputs if left out. */
      outputs?: components["schemas"]["V2InferWanted"][] | null;
      /** @description `binary_data_output`: answer with binary tensors. */
      parameters?: unknown;
    };
    V2InferWanted: {
      name: string;
      /** @description `binary_data`: answer with a binary tensor. */
      parameters?: unknown;
    };
    V2Live: {
      live: boolean;
    };
    V2ModelMetadata: {
      inputs: components["schemas"]["V2TensorMetadata"][];
      name: string;
      outputs: components["schemas"]["V2TensorMetadata"][];
      platform: string;
      versions: string[];
    };
    V2ModelReady: {
      name: string;
      ready: boolean;
    };
    V2Ready: {
      ready: boolean;
    };
    V2ServerMetadata: {
      /** @description Only what works here. */
      extensions: string[];
      name: string;
      version: string;
    };
    V2TensorMetadata: {
      /** @description The protocol's name, or this program's where the protocol has none; such a tensor can't be asked for. */
      datatype: string;
      name: string;
      parameters?: components["schemas"]["V2TensorParameters"] | null;
      /** @description -1 for a length that varies. */
      shape: number[];
    };
    V2TensorParameters: {
      /** @description The classes of the columns of a tensor that stands for maps of class scores. */
      keys: string[];
    };
    /** @enum {string} */
    ValueType: "whole" | "boolean" | "number";
    /** @description How far two clouds of vectors are apart. */
    VectorDrift: {
      /** Format: double */
      cosine?: number | null;
      /**
       * Format: double
       * @description Between the means: the straight distance, and 1 - cosine of the angle where both have a length.
       */
      euclidean: number;
      /**
       * Format: double
       * @description Maximum mean discrepancy squared (unbiased; Gretton, 2012), with a Gaussian kernel as wide as the median
       *     distance.
       */
      mmd: number;
      /**
       * Format: double
       * @description How often sides drawn at random are as far apart.
       */
      mmd_p: number;
      /** @description Rows of each side compared in pairs. */
      mmd_rows: [number, number];
      reconstruction?: components["schemas"]["Rebuilt"] | null;
      /**
       * Format: double
       * @description Share of the components whose normed Wasserstein distance is at least 0.1.
       */
      share_drifted: number;
      /** Format: int64 */
      width: number;
    };
    /** @description How vectors moved. */
    VectorShift: {
      /**
       * Format: double
       * @description Between the means of window and reference, and what so many rows give without drift.
       */
      between_means: number;
      /** Format: double */
      between_means_expected: number;
      /** Format: int64 */
      components: number;
      /**
       * Format: int64
       * @description Components along which vectors lie elsewhere.
       */
      components_drifted: number;
      /** @description From the reference's centre. */
      distance: components["schemas"]["Moved"];
      /**
       * Format: int64
       * @description Rows looked at, and those of another width or with an element that is no number.
       */
      n: number;
      /** Format: int64 */
      n_reference: number;
      /** @description Length of a vector. */
      norm: components["schemas"]["Moved"];
      residual?: components["schemas"]["Moved"] | null;
      /**
       * Format: double
       * @description Share of the elements whose mean moved by at least 0.1 standard deviations, more than chance gives among so
       *     many.
       */
      share_moved: number;
      /** Format: int64 */
      unusable: number;
      /**
       * Format: int64
       * @description Elements watched: neighbours of wider vectors are averaged.
       */
      width: number;
    };
    /** @enum {string} */
    Verdict: "note" | "refuse";
    Version: {
      /** Format: int64 */
      bytes: number;
      created: components["schemas"]["Time"];
      id: components["schemas"]["VersionId"];
      inspection: components["schemas"]["Inspection"];
      model: components["schemas"]["ModelId"];
      /**
       * Format: int32
       * @description 1, 2, 3... within the model.
       */
      number: number;
      schema: components["schemas"]["Schema"];
      /** @description Of the model file, lower-case hex: its name in the artifact store. */
      sha256: string;
      source: components["schemas"]["Source"];
    };
    /**
     * Format: int64
     * @description One immutable version of a model.
     */
    VersionId: number;
    VersionView: components["schemas"]["Version"] & {
      challenger: boolean;
      champion: boolean;
      previous: boolean;
      worker: components["schemas"]["WorkerView"];
    };
    /** @description Why an alert fired, in numbers. Values are in the signal's unit. */
    Why: {
      /**
       * Format: double
       * @description What it must come back to before the alert clears.
       */
      clears_at: number;
      /**
       * Format: double
       * @description What was compared with the threshold, as the condition says.
       */
      compared: number;
      /** @description Everything that exceeds the threshold, where a rule watches many inputs at once; the worst first. */
      members: components["schemas"]["Member"][];
      rule: components["schemas"]["Rule"];
      /** @description What the rule's name was, or what it says in words. */
      rule_name: string;
      usual?: components["schemas"]["Usual"] | null;
      /** @description What was looked at, the rule's own window first. */
      windows: components["schemas"]["WindowValue"][];
    };
    /** @description A signal's value over one window. */
    WindowValue: {
      from: components["schemas"]["Time"];
      /**
       * Format: int64
       * @description Rows or requests it stands on.
       */
      n: number;
      to: components["schemas"]["Time"];
      /** Format: double */
      value: number;
    };
    WorkerView: {
      /** Format: int32 */
      pid?: number | null;
      /** Format: int32 */
      queued: number;
      reason?: string | null;
      /** Format: int32 */
      restarts: number;
      /** @description `ready`, `starting`, `restarting`, `quarantined`, `stopped`. */
      state: string;
    };
    /** @description What the search found, the surest first. */
    WorstSlices: {
      /**
       * Format: int32
       * @description Inputs that were paired with each other: all, unless there are too many.
       */
      inputs_paired: number;
      /** Format: int64 */
      measured_rows: number;
      /**
       * Format: double
       * @description The metric on all rows that were measured.
       */
      overall: number;
      /**
       * Format: int64
       * @description Rows that were searched, and the others, that every number shown is from.
       */
      searched_rows: number;
      slices: components["schemas"]["Slice"][];
      /**
       * Format: int64
       * @description Slices looked at.
       */
      slices_searched: number;
    };
    /** @description Where the model does worst. */
    WorstSlicesView: components["schemas"]["WorstSlices"] & {
      higher_is_better: boolean;
      metric: components["schemas"]["SliceMetric"];
      note: string;
      rows: components["schemas"]["LabelledRowsView"];
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  alerts: {
    parameters: {
      query?: {
        /** @description Only those that have not cleared. */
        open?: boolean;
        /** @description Only those of this model. */
        model?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlertView"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  rule_choices: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RuleChoices"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  change_alert: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AlertPatch"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AlertView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  audit: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AuditView"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  canary: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CanaryView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  abort_canary: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CanaryView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  advance_canary: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CanaryView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  channels: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Channel"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  add_channel: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Channel"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Channel"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  test_channel: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Channel"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ChannelTest"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  put_channel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Channel"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Channel"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  delete_channel: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  data_sets: {
    parameters: {
      query?: {
        /** @description Those in the bin instead. */
        deleted?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetSummary"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  register_data_set: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RegisterRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  upload_data_set: {
    parameters: {
      query: {
        /** @description The file's name: the data set is called after it unless `name` is given. */
        filename: string;
        name?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": number[];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  data_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  delete_data_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  change_data_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["DatasetPatch"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  purge_data_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  restore_data_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  train_first_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["TrainRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Training"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  deliveries: {
    parameters: {
      query?: {
        /** @description Only those of this channel. */
        channel?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DeliveryView"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  events: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/event-stream": components["schemas"]["Live"];
        };
      };
    };
  };
  stage_model: {
    parameters: {
      query: {
        /** @description The file's name: a model's name is proposed from it. */
        filename: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": number[];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Staged"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  staged_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Staged"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  discard_import: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  deploy_import: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        token: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["DeployRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Deployed"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  label: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["LabelsRequest"];
        /**
         * @example id,label
         *     01890a5d-ac96-774b-bcce-b302099a8057:3,benign
         */
        "text/csv": string;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["LabelsAnswer"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  models: {
    parameters: {
      query?: {
        /** @description Deleted models too. */
        deleted?: boolean;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelSummary"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  import_model: {
    parameters: {
      query: {
        /** @description The file's name: the model is called after it unless `name` is given. */
        filename: string;
        /** @description The model's name. */
        name?: string;
        who?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/octet-stream": number[];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Deployed"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  delete_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  change_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ModelPatch"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  backtest: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["BacktestRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Backtest"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  rules: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RulesView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  snooze: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["SnoozeRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RulesView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  annotations: {
    parameters: {
      query?: {
        from?: number;
        to?: number;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Annotation"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  annotate: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AnnotationRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Annotation"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  delete_annotation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  change_annotation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
        id: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["AnnotationPatch"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Annotation"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  model_audit: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["AuditView"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  canaries: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CanaryView"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  start_canary: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["CanaryRequest"] | null;
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["CanaryView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  charts: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ChartsRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ChartsAnswer"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  chart_file: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; all versions if left out. */
        version?: number;
        /** @description Another version, drawn dashed into the same charts of lines; needs `version`. */
        compare?: number;
        /** @description CSS pixels, 960 if left out. */
        width?: number;
        /** @description CSS pixels, 320 if left out. */
        height?: number;
        /** @description `dark` or `light`. */
        theme?: "dark" | "light";
        /** @description For `drift` and `histogram`; the most drifted input if left out. */
        feature?: string;
        /** @description For `loss`. */
        run?: number;
        /** @description Minutes the reader's clock is ahead of UTC. */
        utc_offset_min?: number;
      };
      header?: never;
      path: {
        name: string;
        /** @description a chart's kind, with the ending .svg or .csv */
        file: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "image/svg+xml": string;
          "text/csv": string;
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  concept: {
    parameters: {
      query?: {
        /** @description A version number; the champion if left out. */
        version?: number;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ConceptView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  join_data_set: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["JoinRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DatasetDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  drift_report: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /**
         * @description Whose tests and thresholds for all columns. Left out, each column goes by the model's setting `drift`, and by
         *     `evidently` where that says `tidegate`.
         */
        definition?: components["schemas"]["Definition"];
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DriftReport"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  estimate: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; all versions if left out, and the champion where single rows are asked for. */
        version?: number;
        /** @description For slices: `accuracy`, `mae` or `business`; what fits the task if left out. */
        metric?: "accuracy" | "mae" | "business";
        /** @description For slices: of this input only. */
        feature?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["EstimateView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  reweighted: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReweightedView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  explain: {
    parameters: {
      query?: {
        /** @description Both or neither; the newest window if left out. */
        from?: number;
        to?: number;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ExplainView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  cancel_explain: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  fairness: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; all versions if left out, and the champion where single rows are asked for. */
        version?: number;
        /** @description For slices: `accuracy`, `mae` or `business`; what fits the task if left out. */
        metric?: "accuracy" | "mae" | "business";
        /** @description For slices: of this input only. */
        feature?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["FairnessView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  metrics: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; all versions if left out, and the champion where single rows are asked for. */
        version?: number;
        /** @description For slices: `accuracy`, `mae` or `business`; what fits the task if left out. */
        metric?: "accuracy" | "mae" | "business";
        /** @description For slices: of this input only. */
        feature?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MetricsView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  monitor: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; all versions if left out. */
        version?: number;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["MonitorView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  predict: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PredictRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["PredictAnswer"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  promote_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["PromoteRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  purge_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  quality: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; the champion if left out. */
        version?: number;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["QualityView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  change_quality: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["QualityChange"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["QualityCheck"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  learn_quality: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["QualityLearnRequest"] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["QualityLearnAnswer"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  quality_violations: {
    parameters: {
      query?: {
        /** @description A check's id. */
        check?: string;
        /** @description `warn`, `tag` or `reject`. */
        action?: string;
        /** @description From this time on. */
        from?: number;
        /** @description And before this one. */
        to?: number;
        /** @description A version number; all versions if left out. */
        version?: number;
        /** @description 100 if left out, at most 1000. */
        limit?: number;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["QualityViolation"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  set_reference: {
    parameters: {
      query?: {
        /** @description The column that holds the truth. */
        target?: string;
        /** @description A registered data set instead of a body. */
        dataset?: number;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "text/csv": string;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Baseline"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  replay: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReplayView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  start_replay: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ReplayRequest"];
      };
    };
    responses: {
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ReplayView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  cancel_replay: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  report: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description `html` (if nothing is said) or `json`. */
        format?: "html" | "json";
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "text/html": string;
          "application/json": components["schemas"]["ReportView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  restart_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  restore_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  dry_run: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RetrainRequest"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["DryRun"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  rollback_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ModelDetail"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  model_runs: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Run"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  start_run: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["RetrainRequest"];
      };
    };
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Run"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  slices: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; all versions if left out, and the champion where single rows are asked for. */
        version?: number;
        /** @description For slices: `accuracy`, `mae` or `business`; what fits the task if left out. */
        metric?: "accuracy" | "mae" | "business";
        /** @description For slices: of this input only. */
        feature?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["SlicesView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  worst_slices: {
    parameters: {
      query?: {
        /** @description The last seconds, 3600 if nothing is said. */
        last_s?: number;
        /** @description With `to`, instead of `last_s`. */
        from?: number;
        to?: number;
        /** @description A version number; all versions if left out, and the champion where single rows are asked for. */
        version?: number;
        /** @description For slices: `accuracy`, `mae` or `business`; what fits the task if left out. */
        metric?: "accuracy" | "mae" | "business";
        /** @description For slices: of this input only. */
        feature?: string;
      };
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["WorstSlicesView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  triggers: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TriggersView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  backtest_triggers: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["TriggersBacktestRequest"] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["TriggersBacktest"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  test_notification: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": unknown;
        };
      };
    };
  };
  queue: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["QueueView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  runner_manifest: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Runner"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RunnerManifest"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  test_runner: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Runner"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RunnerTest"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  run: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Run"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  cancel_run: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Run"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  compare_run_again: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Run"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  promote_run: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: {
      content: {
        "application/json": components["schemas"]["ReasonRequest"] | null;
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Run"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  rows_to_label: {
    parameters: {
      query?: {
        /** @description Rows at most; 100 if left out, 1,000 at most. */
        most?: number;
      };
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["RowsToLabel"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  samples: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Sample"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  load_sample: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Deployed"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  settings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Settings"];
        };
      };
    };
  };
  put_settings: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Settings"];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Settings"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  status: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Status"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  storage: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StorageView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  compact_storage: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["StorageView"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  trainings: {
    parameters: {
      query?: {
        /** @description Only those from this data set. */
        dataset?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Training"][];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  training: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Training"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  cancel_training: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Training"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Error"];
        };
      };
    };
  };
  v2_server: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2ServerMetadata"];
        };
      };
    };
  };
  v2_live: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Live"];
        };
      };
    };
  };
  v2_ready: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Ready"];
        };
      };
    };
  };
  v2_model: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2ModelMetadata"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Error"];
        };
      };
    };
  };
  v2_infer: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["V2InferRequest"];
        "application/octet-stream": number[];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2InferAnswer"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Error"];
        };
      };
    };
  };
  v2_model_ready: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2ModelReady"];
        };
      };
      /** @description Not ready */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2ModelReady"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Error"];
        };
      };
    };
  };
  v2_model_version: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2ModelMetadata"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Error"];
        };
      };
    };
  };
  v2_infer_version: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["V2InferRequest"];
        "application/octet-stream": number[];
      };
    };
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2InferAnswer"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Error"];
        };
      };
    };
  };
  v2_version_ready: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
        version: number;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2ModelReady"];
        };
      };
      /** @description Not ready */
      400: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2ModelReady"];
        };
      };
      default: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["V2Error"];
        };
      };
    };
  };
}
