// Generated from locales/en.yaml by scripts/messages.ts. Change the YAML, then run `node scripts/messages.ts`.
// biome-ignore-all format: generated

/** Every message by its key, with the values that its placeholders take. */
export interface Messages {
  'act.done': { name: string | number; change: string | number };
  'act.failed': Record<never, never>;
  'act.kept': Record<never, never>;
  'act.killed': Record<never, never>;
  'act.paused': Record<never, never>;
  'act.removed': Record<never, never>;
  'act.restarted': Record<never, never>;
  'act.resumed': Record<never, never>;
  'act.started': Record<never, never>;
  'act.stopped': Record<never, never>;
  'all.done': { count: number; failed: string | number; time: string | number };
  'all.none': { directory: string | number };
  'all.noneFix': Record<never, never>;
  'all.ofOneProject': { option: string | number };
  'all.oneDirectory': Record<never, never>;
  'all.outcome.absent': Record<never, never>;
  'all.outcome.done': Record<never, never>;
  'all.outcome.failed': Record<never, never>;
  'all.outcome.kept': Record<never, never>;
  'all.outcome.skipped': Record<never, never>;
  'all.outcome.started': Record<never, never>;
  'all.outcome.stopped': Record<never, never>;
  'answer.yes': Record<never, never>;
  'answer.no': Record<never, never>;
  'attach.badKeys': { text: string | number };
  'attach.badKeysFix': Record<never, never>;
  'attach.detached': { name: string | number };
  'attach.notRunning': { name: string | number; status: string | number };
  'attach.notRunningFix': Record<never, never>;
  'attach.pausedFix': Record<never, never>;
  'bridge.created': { directory: string | number };
  'bridge.declined': { directory: string | number };
  'bridge.declinedFix': Record<never, never>;
  'bridge.exists': { directory: string | number };
  'bridge.existsFix': Record<never, never>;
  'bridge.notEmpty': { directory: string | number };
  'build.done': { image: string | number };
  'build.noContext': Record<never, never>;
  'build.noContextFix': Record<never, never>;
  'build.noTag': Record<never, never>;
  'build.noTagFix': Record<never, never>;
  'build.noSecretId': { text: string | number };
  'build.nothing': Record<never, never>;
  'build.unsupported': { option: string | number };
  'build.unsupportedFix': Record<never, never>;
  'column.address': Record<never, never>;
  'column.alternateValue': Record<never, never>;
  'column.blockIo': Record<never, never>;
  'column.command': Record<never, never>;
  'column.configFiles': Record<never, never>;
  'column.container': Record<never, never>;
  'column.containerId': Record<never, never>;
  'column.cpu': Record<never, never>;
  'column.created': Record<never, never>;
  'column.defaultValue': Record<never, never>;
  'column.digest': Record<never, never>;
  'column.driver': Record<never, never>;
  'column.due': Record<never, never>;
  'column.image': Record<never, never>;
  'column.imageId': Record<never, never>;
  'column.inFile': Record<never, never>;
  'column.job': Record<never, never>;
  'column.lastRun': Record<never, never>;
  'column.memory': Record<never, never>;
  'column.memoryShare': Record<never, never>;
  'column.name': Record<never, never>;
  'column.names': Record<never, never>;
  'column.networkId': Record<never, never>;
  'column.networkIo': Record<never, never>;
  'column.next': Record<never, never>;
  'column.pids': Record<never, never>;
  'column.platform': Record<never, never>;
  'column.port': Record<never, never>;
  'column.ports': Record<never, never>;
  'column.repository': Record<never, never>;
  'column.required': Record<never, never>;
  'column.result': Record<never, never>;
  'column.schedule': Record<never, never>;
  'column.scope': Record<never, never>;
  'column.service': Record<never, never>;
  'column.services': Record<never, never>;
  'column.size': Record<never, never>;
  'column.started': Record<never, never>;
  'column.status': Record<never, never>;
  'column.tag': Record<never, never>;
  'column.time': Record<never, never>;
  'column.url': Record<never, never>;
  'column.variable': Record<never, never>;
  'column.volumeName': Record<never, never>;
  'command.bridgeConvert.about': Record<never, never>;
  'command.bridgeConvert.detail': Record<never, never>;
  'command.publish.about': Record<never, never>;
  'command.publish.detail': Record<never, never>;
  'command.transformationCreate.about': Record<never, never>;
  'command.transformationList.about': Record<never, never>;
  'command.viz.about': Record<never, never>;
  'command.attach.about': Record<never, never>;
  'command.build.about': Record<never, never>;
  'command.build.detail': Record<never, never>;
  'command.commit.about': Record<never, never>;
  'command.complete.about': Record<never, never>;
  'command.completion.about': Record<never, never>;
  'command.completion.detail': Record<never, never>;
  'command.config.about': Record<never, never>;
  'command.cp.about': Record<never, never>;
  'command.cp.detail': Record<never, never>;
  'command.create.about': Record<never, never>;
  'command.doctor.about': Record<never, never>;
  'command.doctor.detail': Record<never, never>;
  'command.down.about': Record<never, never>;
  'command.down.detail': Record<never, never>;
  'command.events.about': Record<never, never>;
  'command.events.detail': Record<never, never>;
  'command.exec.about': Record<never, never>;
  'command.exec.detail': Record<never, never>;
  'command.export.about': Record<never, never>;
  'command.gc.about': Record<never, never>;
  'command.gc.detail': Record<never, never>;
  'command.help.about': Record<never, never>;
  'command.imageInspect.about': Record<never, never>;
  'command.imageLoad.about': Record<never, never>;
  'command.imagePrune.about': Record<never, never>;
  'command.imageRm.about': Record<never, never>;
  'command.imageSave.about': Record<never, never>;
  'command.imageTag.about': Record<never, never>;
  'command.images.about': Record<never, never>;
  'command.images.detail': Record<never, never>;
  'command.info.about': Record<never, never>;
  'command.inspect.about': Record<never, never>;
  'command.inspect.detail': Record<never, never>;
  'command.jobs.about': Record<never, never>;
  'command.jobs.detail': Record<never, never>;
  'command.kill.about': Record<never, never>;
  'command.logs.about': Record<never, never>;
  'command.logs.detail': Record<never, never>;
  'command.ls.about': Record<never, never>;
  'command.ls.detail': Record<never, never>;
  'command.networkConnect.about': Record<never, never>;
  'command.networkCreate.about': Record<never, never>;
  'command.networkDisconnect.about': Record<never, never>;
  'command.networkInspect.about': Record<never, never>;
  'command.networkLs.about': Record<never, never>;
  'command.networkRm.about': Record<never, never>;
  'command.pause.about': Record<never, never>;
  'command.plan.about': Record<never, never>;
  'command.plan.detail': Record<never, never>;
  'command.port.about': Record<never, never>;
  'command.ps.about': Record<never, never>;
  'command.ps.detail': Record<never, never>;
  'command.pull.about': Record<never, never>;
  'command.push.about': Record<never, never>;
  'command.rename.about': Record<never, never>;
  'command.restart.about': Record<never, never>;
  'command.rm.about': Record<never, never>;
  'command.rm.detail': Record<never, never>;
  'command.run.about': Record<never, never>;
  'command.run.detail': Record<never, never>;
  'command.serviceInstall.about': Record<never, never>;
  'command.serviceInstall.detail': Record<never, never>;
  'command.serviceStatus.about': Record<never, never>;
  'command.serviceUninstall.about': Record<never, never>;
  'command.scale.about': Record<never, never>;
  'command.serve.about': Record<never, never>;
  'command.serve.detail': Record<never, never>;
  'command.start.about': Record<never, never>;
  'command.stats.about': Record<never, never>;
  'command.stop.about': Record<never, never>;
  'command.top.about': Record<never, never>;
  'command.unpause.about': Record<never, never>;
  'command.up.about': Record<never, never>;
  'command.up.detail': Record<never, never>;
  'command.version.about': Record<never, never>;
  'command.version.detail': Record<never, never>;
  'command.volumeCreate.about': Record<never, never>;
  'command.volumeInspect.about': Record<never, never>;
  'command.volumeLs.about': Record<never, never>;
  'command.volumeLs.detail': Record<never, never>;
  'command.volumeRm.about': Record<never, never>;
  'command.wait.about': Record<never, never>;
  'command.watch.about': Record<never, never>;
  'command.watch.detail': Record<never, never>;
  'completion.unknown': { shell: string | number };
  'completion.unknownFix': Record<never, never>;
  'config.noPins': { option: string | number };
  'config.noPinsFix': Record<never, never>;
  'config.whole': { option: string | number };
  'copy.leftOut': { name: string | number };
  'copy.noDirectory': { path: string | number };
  'copy.noPath': { container: string | number; path: string | number };
  'copy.noSource': { path: string | number };
  'copy.oneStream': Record<never, never>;
  'copy.oneStreamFix': Record<never, never>;
  'copy.ontoDirectory': { path: string | number };
  'copy.ontoNonDirectory': { path: string | number };
  'copy.ontoFile': { path: string | number };
  'copy.outside': { name: string | number };
  'copy.sides': Record<never, never>;
  'copy.sidesFix': Record<never, never>;
  'copy.throughLink': { path: string | number };
  'doctor.api': { version: string | number };
  'doctor.capabilities': { count: string | number; all: string | number };
  'doctor.notUsable': Record<never, never>;
  'doctor.rootless': Record<never, never>;
  'doctor.unusable': Record<never, never>;
  'doctor.usable': Record<never, never>;
  'down.done': { project: string | number; count: number; time: string | number };
  'dryRun.build': Record<never, never>;
  'dryRun.commit': Record<never, never>;
  'dryRun.connect': Record<never, never>;
  'dryRun.copy': Record<never, never>;
  'dryRun.create': Record<never, never>;
  'dryRun.disconnect': Record<never, never>;
  'dryRun.down': Record<never, never>;
  'dryRun.exec': { command: string | number };
  'dryRun.kill': Record<never, never>;
  'dryRun.line': { what: string | number; text: string | number };
  'dryRun.load': Record<never, never>;
  'dryRun.notThere': { command: string | number };
  'dryRun.pause': Record<never, never>;
  'dryRun.prune': Record<never, never>;
  'dryRun.pull': Record<never, never>;
  'dryRun.push': Record<never, never>;
  'dryRun.recreate': Record<never, never>;
  'dryRun.remove': Record<never, never>;
  'dryRun.rename': Record<never, never>;
  'dryRun.restart': Record<never, never>;
  'dryRun.resume': Record<never, never>;
  'dryRun.start': Record<never, never>;
  'dryRun.stop': Record<never, never>;
  'dryRun.tag': Record<never, never>;
  'dryRun.up': Record<never, never>;
  'dryRun.update': Record<never, never>;
  'engine.noFacet': { engine: string | number; facet: string | number };
  'engine.none': Record<never, never>;
  'engine.noneFix': Record<never, never>;
  'engine.noTlsFile': { path: string | number };
  'engine.noTlsFileFix': Record<never, never>;
  'error.usage.why': Record<never, never>;
  'error.ALREADY_EXISTS.why': Record<never, never>;
  'error.ALREADY_EXISTS.fix': Record<never, never>;
  'error.BUILD_FAILED.why': Record<never, never>;
  'error.BUILD_FAILED.fix': Record<never, never>;
  'error.CANCELLED.why': Record<never, never>;
  'error.CANCELLED.fix': Record<never, never>;
  'error.CONFLICT.why': Record<never, never>;
  'error.CONFLICT.fix': Record<never, never>;
  'error.DEPENDENCY.why': Record<never, never>;
  'error.DEPENDENCY.fix': Record<never, never>;
  'error.ENGINE.why': Record<never, never>;
  'error.ENGINE.fix': Record<never, never>;
  'error.EXIT.why': Record<never, never>;
  'error.EXIT.fix': Record<never, never>;
  'error.IMAGE_PULL.why': Record<never, never>;
  'error.IMAGE_PULL.fix': Record<never, never>;
  'error.INTERNAL.why': Record<never, never>;
  'error.INTERNAL.fix': Record<never, never>;
  'error.INVALID.why': Record<never, never>;
  'error.INVALID.fix': Record<never, never>;
  'error.NOT_FOUND.why': Record<never, never>;
  'error.NOT_FOUND.fix': Record<never, never>;
  'error.NO_SPACE.why': Record<never, never>;
  'error.NO_SPACE.fix': Record<never, never>;
  'error.PERMISSION.why': Record<never, never>;
  'error.PERMISSION.fix': Record<never, never>;
  'error.PORT_TAKEN.why': Record<never, never>;
  'error.PORT_TAKEN.fix': Record<never, never>;
  'error.PROTOCOL.why': Record<never, never>;
  'error.PROTOCOL.fix': Record<never, never>;
  'error.STREAM_CUT.why': Record<never, never>;
  'error.STREAM_CUT.fix': Record<never, never>;
  'error.TIMEOUT.why': Record<never, never>;
  'error.TIMEOUT.fix': Record<never, never>;
  'error.UNAUTHORIZED.why': Record<never, never>;
  'error.UNAUTHORIZED.fix': Record<never, never>;
  'error.UNAVAILABLE.why': Record<never, never>;
  'error.UNAVAILABLE.fix': Record<never, never>;
  'error.UNHEALTHY.why': Record<never, never>;
  'error.UNHEALTHY.fix': Record<never, never>;
  'error.UNSUPPORTED.why': Record<never, never>;
  'error.UNSUPPORTED.fix': Record<never, never>;
  'events.resync': { count: number };
  'export.toTerminal': Record<never, never>;
  'export.toTerminalFix': Record<never, never>;
  'fault.what': Record<never, never>;
  'fault.why': Record<never, never>;
  'fault.fix': Record<never, never>;
  'format.empty': { text: string | number };
  'format.fault': { message: string | number };
  'format.fix': { example: string | number };
  'format.incomparable': { a: string | number; b: string | number };
  'format.noCall': { value: string | number };
  'format.noField': { field: string | number; names: string | number };
  'format.noFunction': { name: string | number };
  'format.noIndex': { key: string | number };
  'format.noList': { value: string | number };
  'format.noNumber': { value: string | number };
  'format.noText': { value: string | number };
  'format.operandMissing': Record<never, never>;
  'format.raw': Record<never, never>;
  'format.unclosed': Record<never, never>;
  'format.unexpected': { text: string | number };
  'format.unexpectedEnd': { text: string | number };
  'format.unknown': { text: string | number };
  'gc.removed': { count: number };
  'gc.wouldRemove': { count: number };
  'global.insecureRegistry': Record<never, never>;
  'global.allResources': Record<never, never>;
  'global.ansi': Record<never, never>;
  'global.backend': Record<never, never>;
  'global.compatibility': Record<never, never>;
  'global.context': Record<never, never>;
  'global.debug': Record<never, never>;
  'global.dryRun': Record<never, never>;
  'global.engine': Record<never, never>;
  'global.envFile': Record<never, never>;
  'global.file': Record<never, never>;
  'global.help': Record<never, never>;
  'global.isolated': Record<never, never>;
  'global.host': Record<never, never>;
  'global.json': Record<never, never>;
  'global.noColor': Record<never, never>;
  'global.parallel': Record<never, never>;
  'global.profile': Record<never, never>;
  'global.progress': Record<never, never>;
  'global.projectDirectory': Record<never, never>;
  'global.projectName': Record<never, never>;
  'global.quiet': Record<never, never>;
  'global.tls': Record<never, never>;
  'global.tlscacert': Record<never, never>;
  'global.tlscert': Record<never, never>;
  'global.tlskey': Record<never, never>;
  'global.tlsverify': Record<never, never>;
  'help.aliases': Record<never, never>;
  'help.alsoGlobal': Record<never, never>;
  'help.command': Record<never, never>;
  'help.commands': Record<never, never>;
  'help.exitCode.0': Record<never, never>;
  'help.exitCode.1': Record<never, never>;
  'help.exitCode.2': Record<never, never>;
  'help.exitCode.125': Record<never, never>;
  'help.exitCode.126': Record<never, never>;
  'help.exitCode.127': Record<never, never>;
  'help.exitCode.130': Record<never, never>;
  'help.exitCode.143': Record<never, never>;
  'help.exitCodes': Record<never, never>;
  'help.globalOptions': Record<never, never>;
  'help.group.container': Record<never, never>;
  'help.group.image': Record<never, never>;
  'help.group.network': Record<never, never>;
  'help.group.project': Record<never, never>;
  'help.group.system': Record<never, never>;
  'help.group.volume': Record<never, never>;
  'help.intro': Record<never, never>;
  'help.options': Record<never, never>;
  'help.ownOptions': Record<never, never>;
  'help.usage': Record<never, never>;
  'image.loadTerminal': Record<never, never>;
  'image.loadTerminalFix': Record<never, never>;
  'image.loaded': { name: string | number };
  'image.saveTerminal': Record<never, never>;
  'image.saveTerminalFix': Record<never, never>;
  'info.address': Record<never, never>;
  'info.api': Record<never, never>;
  'info.cgroup': Record<never, never>;
  'info.containerCounts': { running: string | number; paused: string | number; stopped: string | number };
  'info.containers': Record<never, never>;
  'info.cpus': Record<never, never>;
  'info.engine': Record<never, never>;
  'info.images': Record<never, never>;
  'info.kernel': Record<never, never>;
  'info.memory': Record<never, never>;
  'info.platform': Record<never, never>;
  'info.rootless': Record<never, never>;
  'info.storage': Record<never, never>;
  'inspect.none': { name: string | number; kinds: string | number };
  'inspect.noneFix': Record<never, never>;
  'interrupted': Record<never, never>;
  'images.ofEngine': Record<never, never>;
  'images.ofEngineFix': Record<never, never>;
  'isolated.variables': { name: string | number; base: string | number; file: string | number };
  'jobs.byHand': Record<never, never>;
  'jobs.ended': { code: string | number; time: string | number };
  'jobs.failed': { reason: string | number };
  'jobs.missed': Record<never, never>;
  'jobs.never': Record<never, never>;
  'jobs.running': Record<never, never>;
  'jobs.started': Record<never, never>;
  'kill.nothing': Record<never, never>;
  'ls.directoryNeedsDiscover': Record<never, never>;
  'ls.noEngine': { reason: string | number };
  'ls.status.absent': Record<never, never>;
  'ls.status.invalid': Record<never, never>;
  'ls.status.partial': Record<never, never>;
  'ls.status.running': Record<never, never>;
  'ls.status.starting': Record<never, never>;
  'ls.status.stopped': Record<never, never>;
  'ls.status.unhealthy': Record<never, never>;
  'ls.status.unknown': Record<never, never>;
  'option.bridgeOutput': Record<never, never>;
  'option.jobRuns': Record<never, never>;
  'option.ociVersion': Record<never, never>;
  'option.publishApp': Record<never, never>;
  'option.publishInsecure': Record<never, never>;
  'option.publishWithEnv': Record<never, never>;
  'option.templates': Record<never, never>;
  'option.transformation': Record<never, never>;
  'option.transformationFrom': Record<never, never>;
  'option.vizImage': Record<never, never>;
  'option.vizIndentation': Record<never, never>;
  'option.vizNetworks': Record<never, never>;
  'option.vizPorts': Record<never, never>;
  'option.vizSpaces': Record<never, never>;
  'option.abortOnContainerExit': Record<never, never>;
  'option.abortOnContainerFailure': Record<never, never>;
  'option.addHost': Record<never, never>;
  'option.allow': Record<never, never>;
  'option.alwaysRecreateDeps': Record<never, never>;
  'option.archive': Record<never, never>;
  'option.attach': Record<never, never>;
  'option.attachable': Record<never, never>;
  'option.attachDependencies': Record<never, never>;
  'option.author': Record<never, never>;
  'option.build': Record<never, never>;
  'option.buildArg': Record<never, never>;
  'option.buildMemory': Record<never, never>;
  'option.buildNetwork': Record<never, never>;
  'option.buildPull': Record<never, never>;
  'option.builder': Record<never, never>;
  'option.buildPush': Record<never, never>;
  'option.buildSsh': Record<never, never>;
  'option.buildContext': Record<never, never>;
  'option.cacheFrom': Record<never, never>;
  'option.cacheTo': Record<never, never>;
  'option.capAdd': Record<never, never>;
  'option.capDrop': Record<never, never>;
  'option.change': Record<never, never>;
  'option.condition': Record<never, never>;
  'option.configCheck': Record<never, never>;
  'option.configEnvironment': Record<never, never>;
  'option.configFormat': Record<never, never>;
  'option.configHash': Record<never, never>;
  'option.configImages': Record<never, never>;
  'option.configLockImageDigests': Record<never, never>;
  'option.configModels': Record<never, never>;
  'option.configNetworks': Record<never, never>;
  'option.configNoConsistency': Record<never, never>;
  'option.configNoEnvResolution': Record<never, never>;
  'option.configNoInterpolate': Record<never, never>;
  'option.configNoNormalize': Record<never, never>;
  'option.configNoPathResolution': Record<never, never>;
  'option.configOutput': Record<never, never>;
  'option.configProfiles': Record<never, never>;
  'option.configResolveImageDigests': Record<never, never>;
  'option.configServices': Record<never, never>;
  'option.configVariables': Record<never, never>;
  'option.configVolumes': Record<never, never>;
  'option.cpAll': Record<never, never>;
  'option.cpuShares': Record<never, never>;
  'option.cpus': Record<never, never>;
  'option.cpuset': Record<never, never>;
  'option.detach': Record<never, never>;
  'option.detachKeys': Record<never, never>;
  'option.device': Record<never, never>;
  'option.digests': Record<never, never>;
  'option.dns': Record<never, never>;
  'option.dockerfile': Record<never, never>;
  'option.doctorVerbose': Record<never, never>;
  'option.downProject': Record<never, never>;
  'option.downVolumes': Record<never, never>;
  'option.downAll': Record<never, never>;
  'option.drain': Record<never, never>;
  'option.driver': Record<never, never>;
  'option.driverOpt': Record<never, never>;
  'option.discover': Record<never, never>;
  'option.discoverExclude': Record<never, never>;
  'option.entrypoint': Record<never, never>;
  'option.env': Record<never, never>;
  'option.envFile': Record<never, never>;
  'option.exitCodeFrom': Record<never, never>;
  'option.expose': Record<never, never>;
  'option.filter': Record<never, never>;
  'option.followLink': Record<never, never>;
  'option.format': Record<never, never>;
  'option.formatList': Record<never, never>;
  'option.follow': Record<never, never>;
  'option.force': Record<never, never>;
  'option.forceRecreate': Record<never, never>;
  'option.gateway': Record<never, never>;
  'option.groupAdd': Record<never, never>;
  'option.history': Record<never, never>;
  'option.hostname': Record<never, never>;
  'option.idsOnly': Record<never, never>;
  'option.ignoreBuildable': Record<never, never>;
  'option.ignoreFailures': Record<never, never>;
  'option.imagesAll': Record<never, never>;
  'option.includeDeps': Record<never, never>;
  'option.index': Record<never, never>;
  'option.init': Record<never, never>;
  'option.interactive': Record<never, never>;
  'option.noInteractive': Record<never, never>;
  'option.internal': Record<never, never>;
  'option.ip': Record<never, never>;
  'option.ip6': Record<never, never>;
  'option.ipRange': Record<never, never>;
  'option.ipc': Record<never, never>;
  'option.ipv6': Record<never, never>;
  'option.killOrphans': Record<never, never>;
  'option.label': Record<never, never>;
  'option.loadInput': Record<never, never>;
  'option.lsAll': Record<never, never>;
  'option.memory': Record<never, never>;
  'option.memoryReservation': Record<never, never>;
  'option.memorySwap': Record<never, never>;
  'option.message': Record<never, never>;
  'option.metrics': Record<never, never>;
  'option.name': Record<never, never>;
  'option.namesOnly': Record<never, never>;
  'option.network': Record<never, never>;
  'option.networkAlias': Record<never, never>;
  'option.noAttach': Record<never, never>;
  'option.noBuild': Record<never, never>;
  'option.noCache': Record<never, never>;
  'option.noCacheFilter': Record<never, never>;
  'option.noDeps': Record<never, never>;
  'option.noLogPrefix': Record<never, never>;
  'option.noOrphans': Record<never, never>;
  'option.commitPause': Record<never, never>;
  'option.noPause': Record<never, never>;
  'option.noPrune': Record<never, never>;
  'option.noRecreate': Record<never, never>;
  'option.noSignals': Record<never, never>;
  'option.noStart': Record<never, never>;
  'option.noStdin': Record<never, never>;
  'option.noStream': Record<never, never>;
  'option.notInBuild': Record<never, never>;
  'option.provenance': Record<never, never>;
  'option.noTrunc': Record<never, never>;
  'option.noTty': Record<never, never>;
  'option.pid': Record<never, never>;
  'option.pidsLimit': Record<never, never>;
  'option.platform': Record<never, never>;
  'option.privileged': Record<never, never>;
  'option.protocol': Record<never, never>;
  'option.pruneAll': Record<never, never>;
  'option.pruneForce': Record<never, never>;
  'option.psAll': Record<never, never>;
  'option.psArgs': Record<never, never>;
  'option.psServices': Record<never, never>;
  'option.publish': Record<never, never>;
  'option.pull': Record<never, never>;
  'option.pullPolicy': Record<never, never>;
  'option.quietBuild': Record<never, never>;
  'option.quietPull': Record<never, never>;
  'option.raw': Record<never, never>;
  'option.readOnly': Record<never, never>;
  'option.removeOrphans': Record<never, never>;
  'option.renewAnonVolumes': Record<never, never>;
  'option.restart': Record<never, never>;
  'option.rm': Record<never, never>;
  'option.rmStop': Record<never, never>;
  'option.rmVolumes': Record<never, never>;
  'option.serviceAll': Record<never, never>;
  'option.serviceDown': Record<never, never>;
  'option.serviceNow': Record<never, never>;
  'option.serveUp': Record<never, never>;
  'option.servicePrint': Record<never, never>;
  'option.serviceServe': Record<never, never>;
  'option.serviceStopNow': Record<never, never>;
  'option.serviceSystem': Record<never, never>;
  'option.serviceUser': Record<never, never>;
  'option.recordHistory': Record<never, never>;
  'option.rmi': Record<never, never>;
  'option.runBuild': Record<never, never>;
  'option.runtime': Record<never, never>;
  'option.saveOutput': Record<never, never>;
  'option.scale': Record<never, never>;
  'option.sbom': Record<never, never>;
  'option.secret': Record<never, never>;
  'option.securityOpt': Record<never, never>;
  'option.servicePorts': Record<never, never>;
  'option.shmSize': Record<never, never>;
  'option.signal': Record<never, never>;
  'option.since': Record<never, never>;
  'option.statsAll': Record<never, never>;
  'option.status': Record<never, never>;
  'option.stopGrace': Record<never, never>;
  'option.stopSignal': Record<never, never>;
  'option.stopTimeout': Record<never, never>;
  'option.subnet': Record<never, never>;
  'option.sysctl': Record<never, never>;
  'option.tag': Record<never, never>;
  'option.tail': Record<never, never>;
  'option.target': Record<never, never>;
  'option.timestamps': Record<never, never>;
  'option.tmpfs': Record<never, never>;
  'option.tty': Record<never, never>;
  'option.type': Record<never, never>;
  'option.ulimit': Record<never, never>;
  'option.until': Record<never, never>;
  'option.useAliases': Record<never, never>;
  'option.user': Record<never, never>;
  'option.versionFormat': Record<never, never>;
  'option.versionShort': Record<never, never>;
  'option.volume': Record<never, never>;
  'option.wait': Record<never, never>;
  'option.waitTimeout': Record<never, never>;
  'option.noEager': Record<never, never>;
  'option.withDependencies': Record<never, never>;
  'option.workdir': Record<never, never>;
  'option.yes': Record<never, never>;
  'option.upAll': Record<never, never>;
  'option.menu': Record<never, never>;
  'option.noMenu': Record<never, never>;
  'option.upWatch': Record<never, never>;
  'option.watchNoPrune': Record<never, never>;
  'option.watchNoUp': Record<never, never>;
  'option.watchPrune': Record<never, never>;
  'output.lost': Record<never, never>;
  'output.lostFix': Record<never, never>;
  'plan.after': { needs: string | number };
  'plan.reason.config-changed': Record<never, never>;
  'plan.reason.dependency-recreated': Record<never, never>;
  'plan.reason.dependency-restarted': Record<never, never>;
  'plan.reason.down': Record<never, never>;
  'plan.reason.forced': Record<never, never>;
  'plan.reason.image-changed': Record<never, never>;
  'plan.reason.left-over': Record<never, never>;
  'plan.reason.missing': Record<never, never>;
  'plan.reason.network-changed': Record<never, never>;
  'plan.reason.not-running': Record<never, never>;
  'plan.reason.orphan': Record<never, never>;
  'plan.reason.paused': Record<never, never>;
  'plan.reason.scaled-down': Record<never, never>;
  'plan.reason.volume-changed': Record<never, never>;
  'plan.unchanged': { project: string | number };
  'plan.verb': { verb: string | number };
  'plan.verbFix': Record<never, never>;
  'plan.wave': { number: string | number };
  'port.none': { port: string | number; name: string | number };
  'port.noneFix': Record<never, never>;
  'progress.doing.build': Record<never, never>;
  'progress.doing.create': Record<never, never>;
  'progress.doing.down': Record<never, never>;
  'progress.doing.keep': Record<never, never>;
  'progress.doing.pull': Record<never, never>;
  'progress.doing.recreate': Record<never, never>;
  'progress.doing.remove': Record<never, never>;
  'progress.doing.start': Record<never, never>;
  'progress.doing.stop': Record<never, never>;
  'progress.doing.up': Record<never, never>;
  'progress.done.build': Record<never, never>;
  'progress.done.create': Record<never, never>;
  'progress.done.down': Record<never, never>;
  'progress.done.keep': Record<never, never>;
  'progress.done.pull': Record<never, never>;
  'progress.done.recreate': Record<never, never>;
  'progress.done.remove': Record<never, never>;
  'progress.done.start': Record<never, never>;
  'progress.done.stop': Record<never, never>;
  'progress.done.up': Record<never, never>;
  'progress.healthy': Record<never, never>;
  'progress.hook': { name: string | number; hook: string | number; line: string | number };
  'progress.hookFailed': { reason: string | number };
  'progress.image': { name: string | number };
  'progress.locked': { pid: string | number; project: string | number };
  'progress.made': Record<never, never>;
  'progress.model': { name: string | number };
  'progress.modelIs.configuring': Record<never, never>;
  'progress.modelIs.pulling': Record<never, never>;
  'progress.modelIs.ready': Record<never, never>;
  'progress.network': { name: string | number };
  'progress.untilReady': Record<never, never>;
  'progress.volume': { name: string | number };
  'progress.waiting': Record<never, never>;
  'progress.waitingFor': { names: string | number };
  'prune.reclaimed': { size: string | number };
  'publish.declined': Record<never, never>;
  'pull.skipped': { service: string | number; why: string | number };
  'pull.toBuild': { program: string | number; services: string | number };
  'pull.why.buildable': Record<never, never>;
  'pull.why.built': Record<never, never>;
  'pull.why.foreign': Record<never, never>;
  'pull.why.policy': Record<never, never>;
  'pull.why.present': Record<never, never>;
  'pull.why.unnamed': Record<never, never>;
  'rm.ask': { names: string | number };
  'rm.kept': { name: string | number };
  'rm.nothing': Record<never, never>;
  'run.notManual': { name: string | number };
  'run.notManualFix': Record<never, never>;
  'run.badEntrypoint': { text: string | number };
  'run.envFileName': { path: string | number; name: string | number };
  'run.envFileNameFix': Record<never, never>;
  'run.engineFix': { names: string | number };
  'run.onlyInProject': { option: string | number };
  'scope.engineRefused': Record<never, never>;
  'scope.noDirectory': Record<never, never>;
  'scope.noDirectoryFix': Record<never, never>;
  'scope.noFile': { directory: string | number };
  'scope.noFileFix': Record<never, never>;
  'scope.noNameFix': Record<never, never>;
  'serve.cutting': Record<never, never>;
  'serve.draining': { count: number };
  'serve.failed': { reason: string | number };
  'serve.found': Record<never, never>;
  'serve.gone': { reason: string | number };
  'serve.jobEnded': { code: string | number; time: string | number };
  'serve.jobFailed': { reason: string | number };
  'serve.jobMissed': { due: string | number };
  'serve.jobPlanned': { due: string | number };
  'serve.jobRunning': { due: string | number };
  'serve.jobStarted': { due: string | number };
  'serve.listening': { address: string | number; port: string | number };
  'serve.metrics': { url: string | number };
  'serve.refused': { reason: string | number };
  'serve.refusedMore': { count: number; reason: string | number };
  'serve.replaced': Record<never, never>;
  'serve.starting': Record<never, never>;
  'serve.stopped': Record<never, never>;
  'serve.stopping': Record<never, never>;
  'serve.stoppingBecause': { reason: string | number };
  'serve.takenOver': Record<never, never>;
  'serve.up': { time: string | number };
  'serve.upIsAll': Record<never, never>;
  'service.password': Record<never, never>;
  'service.passwordFix': Record<never, never>;
  'service.absent': { path: string | number };
  'service.changed': { path: string | number };
  'service.created': { path: string | number };
  'service.directoryOfAll': Record<never, never>;
  'service.disabled': Record<never, never>;
  'service.enabled': Record<never, never>;
  'service.file.absent': Record<never, never>;
  'service.file.current': Record<never, never>;
  'service.file.outdated': Record<never, never>;
  'service.linger': { user: string | number };
  'service.removed': { path: string | number };
  'service.removedNow': { path: string | number };
  'service.status': { name: string | number; file: string | number; enabled: string | number; active: string | number };
  'service.nothingToServe': { project: string | number };
  'service.stdin': Record<never, never>;
  'service.unchanged': { path: string | number };
  'service.unknown': Record<never, never>;
  'silence.badLimit': { text: string | number };
  'silence.began': { address: string | number; time: string | number };
  'silence.ended': { address: string | number; time: string | number };
  'silence.forEver': Record<never, never>;
  'silence.until': { time: string | number };
  'silence.why': { reason: string | number };
  'start.nothing': { project: string | number };
  'start.nothingFix': Record<never, never>;
  'target.didYouMean': { name: string | number };
  'target.noNumber': { service: string | number; index: string | number; project: string | number };
  'target.unknown': { project: string | number; name: string | number };
  'target.unknownFix': { names: string | number };
  'target.unknownFixNone': Record<never, never>;
  'target.noContainer': { service: string | number; project: string | number };
  'target.noContainerFix': { service: string | number };
  'terminal.none': Record<never, never>;
  'terminal.noneFix': Record<never, never>;
  'time.ago': { span: string | number };
  'time.days': { count: number };
  'time.hours': { count: number };
  'time.instant': Record<never, never>;
  'time.minutes': { count: number };
  'time.months': { count: number };
  'time.seconds': { count: number };
  'time.unknown': Record<never, never>;
  'time.weeks': { count: number };
  'time.years': { count: number };
  'menu.detach': Record<never, never>;
  'menu.stop': Record<never, never>;
  'menu.unwatch': Record<never, never>;
  'menu.watch': Record<never, never>;
  'unhealthy.givenUp': { name: string | number; count: number; reason: string | number; service: string | number };
  'unhealthy.restarted': { name: string | number; reason: string | number; attempt: string | number; max: string | number };
  'unhealthy.restartFailed': { name: string | number; reason: string | number };
  'unhealthy.watched': { services: string | number };
  'up.answers': { name: string | number; url: string | number };
  'up.aborting': Record<never, never>;
  'up.detached': { project: string | number };
  'up.change.recreated': Record<never, never>;
  'up.change.restarted': Record<never, never>;
  'up.changed': { state: string | number; change: string | number };
  'up.done': { project: string | number; time: string | number; command: string | number };
  'up.exited': { name: string | number; code: string | number };
  'up.restarting': { name: string | number; code: string | number };
  'up.fetched': { project: string | number; directory: string | number };
  'up.failed': { project: string | number; command: string | number };
  'up.good': { state: string | number };
  'up.killing': Record<never, never>;
  'up.replaceVolume': { name: string | number };
  'up.state.completed': Record<never, never>;
  'up.state.created': Record<never, never>;
  'up.state.healthy': Record<never, never>;
  'up.state.running': Record<never, never>;
  'up.state.started': Record<never, never>;
  'up.status.degraded': Record<never, never>;
  'up.status.discovered': Record<never, never>;
  'up.status.distributed': Record<never, never>;
  'up.status.failed': Record<never, never>;
  'up.status.remote': Record<never, never>;
  'up.status.skipped': Record<never, never>;
  'up.stopping': Record<never, never>;
  'usage.didYouMean': { name: string | number };
  'usage.excessArgument': { command: string | number; argument: string | number };
  'usage.excludes': { a: string | number; b: string | number };
  'usage.imageNeeded': Record<never, never>;
  'usage.missingArgument': { command: string | number; argument: string | number };
  'usage.nameNeeded': Record<never, never>;
  'usage.nameNeededFix': Record<never, never>;
  'usage.noSuchService': { name: string | number };
  'usage.once': { name: string | number };
  'usage.seeHelp': { command: string | number };
  'usage.seeHelpOfAll': Record<never, never>;
  'usage.services': { names: string | number };
  'usage.unknownCommand': { name: string | number };
  'value.filters': { names: string | number };
  'value.notChoice': { text: string | number; names: string | number };
  'value.notFilter': { text: string | number };
  'value.notOptionChoice': { option: string | number; text: string | number; names: string | number };
  'value.notNumber': { text: string | number };
  'value.notPort': { text: string | number };
  'value.notPortFix': Record<never, never>;
  'value.notRestart': { text: string | number };
  'value.notScale': { text: string | number };
  'value.notTime': { text: string | number };
  'value.tmpfsOption': { option: string | number };
  'value.notUlimit': { text: string | number };
  'value.notVariable': { text: string | number };
  'value.notVolume': { text: string | number };
  'value.notVolumeFix': Record<never, never>;
  'value.notVolumeOption': { text: string | number; option: string | number };
  'value.unequalRanges': { text: string | number };
  'version.engine': Record<never, never>;
  'version.inPlace': { wherry: string | number };
  'version.engineLine': { version: string | number; api: string | number; platform: string | number; address: string | number };
  'version.noEngine': Record<never, never>;
  'wait.ended': { id: string | number; code: string | number };
  'warning': Record<never, never>;
  'watch.disabled': Record<never, never>;
  'watch.enabled': { services: string | number };
  'watch.executing': { service: string | number; command: string | number };
  'watch.failed': { service: string | number; message: string | number };
  'watch.rebuilding': { service: string | number };
  'watch.rebuilt': { service: string | number };
  'watch.restarted': { service: string | number };
  'watch.retrying': { service: string | number; message: string | number };
  'watch.syncing': { service: string | number; count: number };
}

/** English, the language that all others are translated from. */
export const en: { readonly [K in keyof Messages]: string } = {
  'act.done': '✓ {name}: {change}',
  'act.failed': 'failed',
  'act.kept': 'left as it is',
  'act.killed': 'killed',
  'act.paused': 'paused',
  'act.removed': 'removed',
  'act.restarted': 'restarted',
  'act.resumed': 'resumed',
  'act.started': 'started',
  'act.stopped': 'stopped',
  'all.done': '{count, plural, =0 {no project} one {# project} other {# projects}} done, {failed} failed, in {time}',
  'all.none': 'there is no compose file in {directory} or below',
  'all.noneFix': 'name another directory',
  'all.ofOneProject': '{option} is about one project, and this about all below a directory',
  'all.oneDirectory': 'name one directory',
  'all.outcome.absent': '– not there',
  'all.outcome.done': '✓ done',
  'all.outcome.failed': '✗ failed',
  'all.outcome.kept': '✓ unchanged',
  'all.outcome.skipped': '– skipped',
  'all.outcome.started': '✓ started',
  'all.outcome.stopped': '✓ removed',
  'answer.yes': 'yes',
  'answer.no': 'no',
  'attach.badKeys': '"{text}" are no keys to let go of a container',
  'attach.badKeysFix': 'write letters, and ctrl- with a letter, with commas between them, such as ctrl-p,ctrl-q',
  'attach.detached': '{name} goes on without this terminal',
  'attach.notRunning': '{name} is {status}: there is no running process to attach to',
  'attach.notRunningFix': 'start it first; `wherry logs` shows what it wrote',
  'attach.pausedFix': 'unpause it first',
  'bridge.created': 'Transformer created in "{directory}"',
  'bridge.declined': 'deletion of output directory \'{directory}\' was not confirmed',
  'bridge.declinedFix': 'choose another directory with --output, or say --yes',
  'bridge.exists': 'output folder {directory} already exists',
  'bridge.existsFix': 'name a directory that is not there yet',
  'bridge.notEmpty': 'Output directory \'{directory}\' is not empty, all its content will be permanently deleted. Continue?',
  'build.done': '{image} is built',
  'build.noContext': 'build needs a directory with a Dockerfile',
  'build.noContextFix': 'write `wherry build -t NAME DIRECTORY`, or run it where a compose file is',
  'build.noTag': 'the image needs a name',
  'build.noTagFix': 'add -t NAME',
  'build.noSecretId': '--secret {text} has no id',
  'build.nothing': 'no service of this project is built',
  'build.unsupported': 'builds of wherry have no {option}',
  'build.unsupportedFix': 'leave it out, or build the image with docker buildx',
  'column.address': 'ADDRESS',
  'column.alternateValue': 'ALTERNATE VALUE',
  'column.blockIo': 'BLOCK I/O',
  'column.command': 'COMMAND',
  'column.configFiles': 'CONFIG FILES',
  'column.container': 'CONTAINER',
  'column.containerId': 'CONTAINER ID',
  'column.cpu': 'CPU %',
  'column.created': 'CREATED',
  'column.defaultValue': 'DEFAULT VALUE',
  'column.digest': 'DIGEST',
  'column.driver': 'DRIVER',
  'column.due': 'DUE',
  'column.image': 'IMAGE',
  'column.imageId': 'IMAGE ID',
  'column.inFile': 'IN THE FILE',
  'column.job': 'JOB',
  'column.lastRun': 'LAST RUN',
  'column.memory': 'MEM USAGE / LIMIT',
  'column.memoryShare': 'MEM %',
  'column.name': 'NAME',
  'column.names': 'NAMES',
  'column.networkId': 'NETWORK ID',
  'column.networkIo': 'NET I/O',
  'column.next': 'NEXT',
  'column.pids': 'PIDS',
  'column.platform': 'PLATFORM',
  'column.port': 'PORT',
  'column.ports': 'PORTS',
  'column.repository': 'REPOSITORY',
  'column.required': 'REQUIRED',
  'column.result': 'RESULT',
  'column.schedule': 'SCHEDULE',
  'column.scope': 'SCOPE',
  'column.service': 'SERVICE',
  'column.services': 'SERVICES',
  'column.size': 'SIZE',
  'column.started': 'STARTED',
  'column.status': 'STATUS',
  'column.tag': 'TAG',
  'column.time': 'TIME',
  'column.url': 'URL',
  'column.variable': 'VARIABLE',
  'column.volumeName': 'VOLUME NAME',
  'command.bridgeConvert.about': 'Convert a project into something else, such as Kubernetes manifests',
  'command.bridgeConvert.detail': 'Transformations are images, run one after the other with the model of the project in /in and the output directory in /out.',
  'command.publish.about': 'Put the files of a project into a registry',
  'command.publish.detail': '`-f oci://REPOSITORY` and `include` read them from there, as docker compose does. Images that services build are pushed. What somebody may not want to publish is asked about.',
  'command.transformationCreate.about': 'Start a transformation of your own from an existing one',
  'command.transformationList.about': 'List the transformations that the engine has',
  'command.viz.about': 'Print the services of a project as a graph for Graphviz',
  'command.attach.about': 'Connect this terminal with the main process of a running container',
  'command.build.about': 'Build the images of services, or an image from a directory',
  'command.build.detail': 'In a project: the images of the named services, or of all that have a build section. With a path (`.`, `./app`) or outside of a project: one image from a directory with a Dockerfile; it needs -t.',
  'command.commit.about': 'Make an image of a container, and print its id',
  'command.complete.about': 'Answers the completion scripts',
  'command.completion.about': 'Print the completion script of a shell',
  'command.completion.detail': 'bash: eval "$(wherry completion bash)"\nzsh: eval "$(wherry completion zsh)"\nfish: wherry completion fish | source',
  'command.config.about': 'Print the project as it was understood, as YAML or with --json as JSON',
  'command.cp.about': 'Copy files between a container and this machine',
  'command.cp.detail': 'One of the two is NAME:PATH, the other one a path here, or - for a tar stream. `dir/.` means what is in the directory.',
  'command.create.about': 'Create the containers of services without starting them',
  'command.doctor.about': 'Tell for every engine whether it can be used, why not, and how to make it so',
  'command.doctor.detail': 'For an engine that can be used it lists what it cannot do here, each with the reason. Exit code 1 when no engine can be used.',
  'command.down.about': 'Stop and remove the containers and networks of the project',
  'command.down.detail': 'Without a compose file, -p NAME is enough: everything that carries the project\'s labels goes. Named volumes stay unless -v is given. With --all every project below a directory is taken down (this one by default); the word is the directory then.',
  'command.events.about': 'Print what happens to containers, until it is stopped',
  'command.events.detail': 'Filters: container=NAME, label=KEY[=VALUE], event=TYPE. Types: created, started, paused, resumed, health, oom, died, stopped, removed, renamed, and resync after a gap.',
  'command.exec.about': 'Run a command in a running container and pass its exit code on',
  'command.exec.detail': 'In a project stdin is sent and a terminal is given where there is one (-T for none). For a container of the engine -i and -t ask for them.',
  'command.export.about': 'Write the file system of a container as a tar archive',
  'command.gc.about': 'Remove what wherry made and whose owner is gone',
  'command.gc.detail': 'Only what carries wherry\'s labels and whose process has ended. Compose projects are never touched: `wherry down` removes those.',
  'command.help.about': 'Show the page of a command',
  'command.imageInspect.about': 'Show all that is known of images, as a JSON array',
  'command.imageLoad.about': 'Read images from a tar archive',
  'command.imagePrune.about': 'Remove images that nothing uses',
  'command.imageRm.about': 'Remove images',
  'command.imageSave.about': 'Write images as a tar archive',
  'command.imageTag.about': 'Give an image one more name',
  'command.images.about': 'List images',
  'command.images.detail': 'In a project: the images that its containers were made from, or those of the named services. Elsewhere: the images of the engine.',
  'command.info.about': 'Show what the engine says of itself',
  'command.inspect.about': 'Show all that is known of containers, images, networks or volumes, as a JSON array',
  'command.inspect.detail': 'A name is first a service of the project, then a container, an image, a network, a volume; --type chooses.',
  'command.jobs.about': 'List the jobs of the project: when they are due, and how they went',
  'command.jobs.detail': 'Runs by schedule, as `wherry serve` has recorded them; all of them with --runs. `wherry run JOB` runs one by hand. docs/jobs.md has it all.',
  'command.kill.about': 'Send a signal to the main process of containers',
  'command.logs.about': 'Show what containers wrote',
  'command.logs.detail': 'Lines of several containers are merged by their time, each with a prefix that says whose it is.',
  'command.ls.about': 'List the projects of the engine, or those below a directory',
  'command.ls.detail': 'With --discover every compose project below the directory (this one by default) is listed, running or not; vendor folders are left out. Filters: name=TEXT, an expression.',
  'command.networkConnect.about': 'Connect a container to a network',
  'command.networkCreate.about': 'Create a network',
  'command.networkDisconnect.about': 'Take a container off a network',
  'command.networkInspect.about': 'Show all that is known of networks, as a JSON array',
  'command.networkLs.about': 'List networks',
  'command.networkRm.about': 'Remove networks',
  'command.pause.about': 'Freeze all processes of containers',
  'command.plan.about': 'Show what `up` (or `down`) would do, and do nothing',
  'command.plan.detail': 'Steps that stand in one wave do not wait for each other.\n  + create  ~ recreate  > start  x stop  < pull  * build  = keep  - remove',
  'command.port.about': 'Show where the ports of a container are published',
  'command.ps.about': 'List containers',
  'command.ps.detail': 'In a project: its containers, without those that ended well (exit code 0) unless --all is given. Elsewhere, or with --engine: the running containers of the engine, all of them with --all.\nFilters: label=KEY[=VALUE], name=NAME, status=STATUS.',
  'command.pull.about': 'Pull the images of services, or images by their names',
  'command.push.about': 'Push the images that services build, or images by their names',
  'command.rename.about': 'Give a container another name',
  'command.restart.about': 'Stop containers and start them again',
  'command.rm.about': 'Remove stopped containers',
  'command.rm.detail': 'With --force a container that is named goes though it runs; of the services of a project, as with docker compose, only what is stopped goes, without a question: --stop stops it first.',
  'command.run.about': 'Run a command in a new container',
  'command.run.detail': 'In a project: `wherry run SERVICE [COMMAND]` makes a one-off container of a service, after what it depends on is up. Elsewhere, or with --engine: `wherry run IMAGE [COMMAND]`, as docker run.\nThe exit code is the container\'s; 125 when it could not be created, 126 when the command cannot be executed, 127 when it was not found.',
  'command.serviceInstall.about': 'Have systemd bring the project up after a reboot',
  'command.serviceInstall.detail': 'Writes a unit that brings the project here up in dependency order when the machine (or with --user your service manager) starts, and stops it when that ends; with --all every project below a directory. With --serve the unit goes on: it brings the project up and runs `wherry serve`. The options and variables that found the project and the engine are kept in it. Run again, it changes what has changed. --print only shows it. docs/service.md has it all.',
  'command.serviceStatus.about': 'Show whether the unit of the project is installed, enabled and active',
  'command.serviceUninstall.about': 'Remove the unit of the project again; what runs goes on',
  'command.scale.about': 'Set how many containers services have',
  'command.serve.about': 'Hold the ports of services that scale to zero, and run each while somebody is connected',
  'command.serve.detail': 'For services whose `x-wherry` says `scale_to_zero`: the first connection boots the service with what it depends on and waits until it is ready; when nobody was connected for the idle time, it is stopped or paused. Ctrl-C lets clients leave and stops what was served; a second Ctrl-C cuts them. docs/scale-to-zero.md has it all.\nWith --metrics the figures of this machine and of the engine\'s containers can be scraped as well, also where no service scales to zero: docs/monitoring.md.\nJobs of the file that have a schedule run at their times, also where no service scales to zero: docs/jobs.md.\nServices whose `x-wherry` says `restart_on_unhealthy` are restarted as it says: docs/health-gates.md.',
  'command.start.about': 'Start containers that exist',
  'command.stats.about': 'Show what containers use: CPU, memory, network, disk',
  'command.stop.about': 'Stop containers: their stop signal, then a kill when the grace is over',
  'command.top.about': 'List the processes in containers',
  'command.unpause.about': 'Let paused containers go on',
  'command.up.about': 'Create and start the services of the project, in the order of their dependencies',
  'command.up.detail': 'Shows the logs of all services until Ctrl-C, which stops them; a second Ctrl-C kills them. With -d it returns when everything is started, with --wait when everything is healthy. What has not changed is left alone. --json implies -d. With --all every project below a directory is started (this one by default), in the background; the word is the directory then.',
  'command.version.about': 'Show the versions of wherry, Node and the engine',
  'command.version.detail': 'Called as docker-compose it shows the version of docker compose that it stands in for.',
  'command.volumeCreate.about': 'Create a volume',
  'command.volumeInspect.about': 'Show all that is known of volumes, as a JSON array',
  'command.volumeLs.about': 'List volumes',
  'command.volumeLs.detail': 'In a project: its volumes, or those that the containers of the named services have. Elsewhere: the volumes of the engine.',
  'command.volumeRm.about': 'Remove volumes',
  'command.wait.about': 'Wait until containers end, print their exit codes and pass the first one on that is not 0',
  'command.watch.about': 'Keep containers as the files are: sync, rebuild and restart when they change',
  'command.watch.detail': 'Brings the project up and then carries out the rules of its services\' develop.watch, until Ctrl-C, which leaves the project running. --quiet hides what builds write; --json writes each thing that happens as a line of JSON.',
  'completion.unknown': 'there is no completion for the shell "{shell}"',
  'completion.unknownFix': 'bash, zsh and fish have one',
  'config.noPins': '{option} pins images, whose names --no-interpolate leaves as they were written',
  'config.noPinsFix': 'leave one of the two out',
  'config.whole': 'service filtering is not applied when {option} is set: it prints the full model',
  'copy.leftOut': '{name} is left out: it is neither a file nor a directory nor a link',
  'copy.noDirectory': '{path} is no directory',
  'copy.noPath': '{container} has no {path}',
  'copy.noSource': '{path} does not exist here',
  'copy.oneStream': 'the tar stream can go to one container only, and the service has several',
  'copy.oneStreamFix': 'choose one with --index',
  'copy.ontoDirectory': 'cannot overwrite directory "{path}" with non-directory',
  'copy.ontoNonDirectory': 'cannot overwrite non-directory "{path}" with directory',
  'copy.ontoFile': '{path} is a file in the container, and a directory cannot take its place',
  'copy.outside': 'the archive has an entry outside of its directory: {name}',
  'copy.sides': 'one of the two places must be in a container',
  'copy.sidesFix': 'write NAME:PATH for the one in the container',
  'copy.throughLink': 'the archive would be written through the link {path}',
  'doctor.api': 'API {version}',
  'doctor.capabilities': '{count} of {all} capabilities',
  'doctor.notUsable': 'cannot be used',
  'doctor.rootless': 'rootless',
  'doctor.unusable': 'No engine can be used here.',
  'doctor.usable': 'wherry can run containers here.',
  'down.done': '{project}: {count, plural, =0 {nothing was there to remove} one {# thing removed} other {# things removed}} in {time}',
  'dryRun.build': 'would be built',
  'dryRun.commit': 'would become an image',
  'dryRun.connect': 'would be connected',
  'dryRun.copy': 'would be copied to',
  'dryRun.create': 'would be created',
  'dryRun.disconnect': 'would be disconnected',
  'dryRun.down': 'would be released',
  'dryRun.exec': 'would run: {command}',
  'dryRun.kill': 'would get a signal',
  'dryRun.line': 'DRY-RUN MODE - {what} {text}',
  'dryRun.load': 'would be loaded',
  'dryRun.notThere': '{command} has nothing that it could do in a dry run',
  'dryRun.pause': 'would be paused',
  'dryRun.prune': 'that nothing uses would be removed',
  'dryRun.pull': 'would be pulled',
  'dryRun.push': 'would be pushed',
  'dryRun.recreate': 'would be made anew',
  'dryRun.remove': 'would be removed',
  'dryRun.rename': 'would get another name',
  'dryRun.restart': 'would be restarted',
  'dryRun.resume': 'would go on',
  'dryRun.start': 'would be started',
  'dryRun.stop': 'would be stopped',
  'dryRun.tag': 'would be tagged',
  'dryRun.up': 'would be provided',
  'dryRun.update': 'would be changed',
  'engine.noFacet': '{engine} has no {facet} of its own',
  'engine.none': 'no container engine can be used here',
  'engine.noneFix': 'run `wherry doctor`: it tells for each engine how to make it usable',
  'engine.noTlsFile': 'the TLS file {path} cannot be read',
  'engine.noTlsFileFix': 'check --tlscacert, --tlscert and --tlskey',
  'error.usage.why': 'the command line is not understood',
  'error.ALREADY_EXISTS.why': 'the name is taken',
  'error.ALREADY_EXISTS.fix': 'choose another name, or remove what has it',
  'error.BUILD_FAILED.why': 'a step of the build failed',
  'error.BUILD_FAILED.fix': 'look at the last lines above, then build again',
  'error.CANCELLED.why': 'it was interrupted',
  'error.CANCELLED.fix': 'run it again: nothing is half done',
  'error.CONFLICT.why': 'its state forbids that',
  'error.CONFLICT.fix': 'look at it with `wherry ps -a`, then stop or start it first',
  'error.DEPENDENCY.why': 'something that it depends on failed first',
  'error.DEPENDENCY.fix': 'mend that one, then run it again',
  'error.ENGINE.why': 'the engine refused',
  'error.ENGINE.fix': 'the engine\'s log tells more; --debug shows its answer',
  'error.EXIT.why': 'a process ended with another exit code than was wanted',
  'error.EXIT.fix': 'its log tells more',
  'error.IMAGE_PULL.why': 'the registry could not deliver the image',
  'error.IMAGE_PULL.fix': 'check the name and the network, or build the image here',
  'error.INTERNAL.why': 'this is a fault of wherry',
  'error.INTERNAL.fix': 'run it again with --debug and report what it prints',
  'error.INVALID.why': 'the input breaks its rules',
  'error.INVALID.fix': 'correct it and run it again',
  'error.NOT_FOUND.why': 'there is no such thing',
  'error.NOT_FOUND.fix': '`wherry ps -a` and `wherry images` list what is there',
  'error.NO_SPACE.why': 'a disk is full',
  'error.NO_SPACE.fix': 'free some space: `wherry image prune`, `wherry gc`',
  'error.PERMISSION.why': 'access was refused to this user',
  'error.PERMISSION.fix': 'run it as a user who may, or with sudo',
  'error.PORT_TAKEN.why': 'something else holds that port',
  'error.PORT_TAKEN.fix': 'stop it, or publish another port',
  'error.PROTOCOL.why': 'the other side sent something that its protocol does not allow',
  'error.PROTOCOL.fix': 'check that the address is that of a container engine',
  'error.STREAM_CUT.why': 'the connection ended before the engine said that it was complete',
  'error.STREAM_CUT.fix': 'run it again; when it happens again, look at the engine\'s log',
  'error.TIMEOUT.why': 'a deadline passed',
  'error.TIMEOUT.fix': 'give it more time, or look at why it takes so long',
  'error.UNAUTHORIZED.why': 'the registry wants other credentials',
  'error.UNAUTHORIZED.fix': 'log in with `docker login REGISTRY`',
  'error.UNAVAILABLE.why': 'the engine does not answer',
  'error.UNAVAILABLE.fix': 'start it, or run `wherry doctor`',
  'error.UNHEALTHY.why': 'its health check did not pass',
  'error.UNHEALTHY.fix': 'look at its log with `wherry logs`',
  'error.UNSUPPORTED.why': 'this engine cannot do it',
  'error.UNSUPPORTED.fix': 'leave it out, or choose another engine (`wherry doctor`)',
  'events.resync': 'events may be missing; {count, plural, one {# container} other {# containers}} now',
  'export.toTerminal': 'an archive is nothing for a terminal',
  'export.toTerminalFix': 'name a file with -o, or redirect the output',
  'fault.what': 'error:',
  'fault.why': '  why:',
  'fault.fix': '  fix:',
  'format.empty': 'nothing between the bars in {text}',
  'format.fault': 'the format is no template: {message}',
  'format.fix': 'write fields as in {example}; --format json prints all of them',
  'format.incomparable': '{a} and {b} cannot be compared',
  'format.noCall': '{value} takes no operands',
  'format.noField': 'there is no field {field}, the fields are {names}',
  'format.noFunction': 'there is no function {name}',
  'format.noIndex': 'there is no {key}',
  'format.noList': '{value} is no list',
  'format.noNumber': '{value} is no number',
  'format.noText': '{value} is no text',
  'format.operandMissing': 'a name is missing, as in .Label "key"',
  'format.raw': '--format raw is not there',
  'format.unclosed': 'an action is not closed',
  'format.unexpected': '{text} has nothing that it closes',
  'format.unexpectedEnd': '{text} is not closed by an end',
  'format.unknown': '{text} is not understood',
  'gc.removed': '{count, plural, =0 {nothing to remove} one {# thing removed} other {# things removed}}',
  'gc.wouldRemove': '{count, plural, =0 {nothing to remove} one {# thing would be removed} other {# things would be removed}}',
  'global.insecureRegistry': 'Fetch compose files from this registry without TLS',
  'global.allResources': 'Also networks, volumes, secrets and configs that no service uses',
  'global.ansi': 'When output is coloured and redrawn',
  'global.backend': 'Engine to use',
  'global.compatibility': 'Names with _ in place of -, as docker-compose v1 gave them',
  'global.context': 'Docker context to use',
  'global.debug': 'Show the chain of causes of an error, and the log',
  'global.dryRun': 'Tell what would be done, and do nothing to the engine',
  'global.engine': 'Names mean containers of the engine, also inside a project',
  'global.envFile': 'File with variables for the compose file',
  'global.file': 'Compose file',
  'global.help': 'Show this page',
  'global.isolated': 'Run a copy of the project beside others: own names, free ports; named by git branch or folder unless said',
  'global.host': 'Address of the engine: unix:///path or tcp://host:port',
  'global.json': 'Print JSON: an array, or an object a line for what goes on',
  'global.noColor': 'No colours',
  'global.parallel': 'Calls of the engine at once; -1: any number',
  'global.profile': 'Profile to switch on',
  'global.progress': 'How progress is shown',
  'global.projectDirectory': 'Directory that relative paths count from',
  'global.projectName': 'Name of the project',
  'global.quiet': 'No remarks and no progress',
  'global.tls': 'Talk TLS to the engine, without a check of its certificate',
  'global.tlscacert': 'CA that the certificate of the engine is checked with',
  'global.tlscert': 'Certificate for the engine',
  'global.tlskey': 'Key of that certificate',
  'global.tlsverify': 'Talk TLS to the engine, and check its certificate',
  'help.aliases': 'Also:',
  'help.alsoGlobal': 'The options that all commands take are listed by `wherry --help`.',
  'help.command': 'COMMAND',
  'help.commands': 'Commands',
  'help.exitCode.0': 'success',
  'help.exitCode.1': 'something failed',
  'help.exitCode.2': 'the command line is wrong',
  'help.exitCode.125': 'run: the container could not be created or started',
  'help.exitCode.126': 'run, exec: the command cannot be executed',
  'help.exitCode.127': 'run, exec: the command was not found',
  'help.exitCode.130': 'Ctrl-C (129: the terminal was closed)',
  'help.exitCode.143': 'SIGTERM',
  'help.exitCodes': 'Exit codes (run, exec, attach and wait pass on the container\'s)',
  'help.globalOptions': 'Options for all commands, before or after their names',
  'help.group.container': 'Containers',
  'help.group.image': 'Images',
  'help.group.network': 'Networks',
  'help.group.project': 'Projects',
  'help.group.system': 'System',
  'help.group.volume': 'Volumes',
  'help.intro': 'Runs containers on any engine. Inside a project (a compose file here or above, or -f or -p) a name is first a service of the project, then a container. Elsewhere, or with --engine, the words mean the engine\'s containers, as docker\'s do.',
  'help.options': 'OPTIONS',
  'help.ownOptions': 'Options',
  'help.usage': 'Usage:',
  'image.loadTerminal': 'an image archive cannot be typed',
  'image.loadTerminalFix': 'name a file with -i, or send one: wherry image load < FILE',
  'image.loaded': 'loaded {name}',
  'image.saveTerminal': 'an image archive is not for a terminal',
  'image.saveTerminalFix': 'name a file with -o, or send it on: wherry image save NAME > FILE',
  'info.address': 'Address',
  'info.api': 'API',
  'info.cgroup': 'Cgroup',
  'info.containerCounts': '{running} running, {paused} paused, {stopped} stopped',
  'info.containers': 'Containers',
  'info.cpus': 'CPUs',
  'info.engine': 'Engine',
  'info.images': 'Images',
  'info.kernel': 'Kernel',
  'info.memory': 'Memory',
  'info.platform': 'Platform',
  'info.rootless': 'Rootless',
  'info.storage': 'Storage',
  'inspect.none': 'nothing is called {name} ({kinds})',
  'inspect.noneFix': '`wherry ps -a` and `wherry images` list what is there',
  'interrupted': 'interrupted',
  'images.ofEngine': '-a, --digests and --filter are for the images of the engine',
  'images.ofEngineFix': 'add --engine',
  'isolated.variables': 'this is the copy {name} of {base}; its ports as variables: set -a; . {file}',
  'jobs.byHand': 'by hand',
  'jobs.ended': 'exit code {code} after {time}',
  'jobs.failed': 'did not run: {reason}',
  'jobs.missed': 'left out: missed',
  'jobs.never': 'never',
  'jobs.running': 'left out: the run before was not over',
  'jobs.started': 'started, no end is recorded',
  'kill.nothing': 'there is no container to kill',
  'ls.directoryNeedsDiscover': 'a directory is named with --discover only',
  'ls.noEngine': 'the status is not known: {reason}',
  'ls.status.absent': 'not started',
  'ls.status.invalid': 'invalid',
  'ls.status.partial': 'partial',
  'ls.status.running': 'running',
  'ls.status.starting': 'starting',
  'ls.status.stopped': 'stopped',
  'ls.status.unhealthy': 'unhealthy',
  'ls.status.unknown': '?',
  'option.bridgeOutput': 'Where the result goes (default: out)',
  'option.jobRuns': 'All runs by schedule that are recorded',
  'option.ociVersion': 'Version of OCI that the artifact is written in (default: the newest that the registry takes)',
  'option.publishApp': 'Copy the images of the services into the repository too',
  'option.publishInsecure': 'Speak to the registry without TLS',
  'option.publishWithEnv': 'Publish files of variables too',
  'option.templates': 'Directory with templates of your own',
  'option.transformation': 'Image of a transformation (default: docker/compose-bridge-kubernetes)',
  'option.transformationFrom': 'Image to start from (default: docker/compose-bridge-kubernetes)',
  'option.vizImage': 'Show images',
  'option.vizIndentation': 'Tabs or spaces at the start of a line (default: 1)',
  'option.vizNetworks': 'Show networks',
  'option.vizPorts': 'Show ports',
  'option.vizSpaces': 'Indent with spaces instead of tabs',
  'option.abortOnContainerExit': 'Stop everything when one container ends; its exit code is passed on',
  'option.abortOnContainerFailure': 'Stop everything when one container ends with another exit code than 0, and pass it on',
  'option.addHost': 'Host name with its address, for /etc/hosts',
  'option.allow': 'What steps may ask for: security.insecure, network.host',
  'option.alwaysRecreateDeps': 'Make the containers of what the services depend on anew as well',
  'option.archive': 'Keep owners',
  'option.attach': 'Show only the logs of this service',
  'option.attachable': 'Containers may be connected by hand',
  'option.attachDependencies': 'Show the logs of what the services depend on as well',
  'option.author': 'Who made the change',
  'option.build': 'Build all images first, also those that are there',
  'option.buildArg': 'Build argument; without a value from the environment',
  'option.buildMemory': 'Memory that the steps may use; not with BuildKit',
  'option.buildNetwork': 'Network of the steps',
  'option.buildPull': 'Look for newer base images',
  'option.builder': 'Builder to use',
  'option.buildPush': 'Push what was built',
  'option.buildSsh': 'SSH agent for the build: default, or an id with its socket',
  'option.buildContext': 'Further context: a directory, docker-image://IMAGE, or a URL',
  'option.cacheFrom': 'Image whose layers may be used',
  'option.cacheTo': 'Where the cache goes, as type=registry,ref=IMAGE or type=inline',
  'option.capAdd': 'Capability to add',
  'option.capDrop': 'Capability to drop',
  'option.change': 'Instruction of a Dockerfile that changes the settings of the image',
  'option.condition': 'What to wait for; exit is the default',
  'option.configCheck': 'Only check',
  'option.configEnvironment': 'Only the variables that are filled in, with their values',
  'option.configFormat': 'yaml or json; yaml is the default',
  'option.configHash': 'Only the config hashes of these services, or of all with *',
  'option.configImages': 'Only the images',
  'option.configLockImageDigests': 'Print a file that pins the images of the services and says nothing else',
  'option.configModels': 'Only the names of models',
  'option.configNetworks': 'Only the names of networks',
  'option.configNoConsistency': 'Let contradictions pass',
  'option.configNoEnvResolution': 'Name env files, do not read them',
  'option.configNoInterpolate': 'Leave variables as they were written',
  'option.configNoNormalize': 'Leave out names and dependencies that follow from the rest',
  'option.configNoPathResolution': 'Leave paths as they were written',
  'option.configOutput': 'Write to a file',
  'option.configProfiles': 'Only the names of profiles',
  'option.configResolveImageDigests': 'Pin images to their digests',
  'option.configServices': 'Only the names of services',
  'option.configVariables': 'Only the variables that the files ask for, with their defaults',
  'option.configVolumes': 'Only the names of volumes',
  'option.cpAll': 'Also containers of `run`',
  'option.cpuShares': 'Relative weight; 1024 is normal',
  'option.cpus': 'Cores, such as 1.5',
  'option.cpuset': 'Cores by number, such as 0-2',
  'option.detach': 'Return at once',
  'option.detachKeys': 'Keys that let go of the container (default: ctrl-p,ctrl-q)',
  'option.device': 'Device of the host: source[:target[:permissions]]',
  'option.digests': 'Show digests',
  'option.dns': 'Name server',
  'option.dockerfile': 'Dockerfile',
  'option.doctorVerbose': 'Also list what each engine can do',
  'option.downProject': 'Take the project down when they have ended',
  'option.downVolumes': 'Remove named volumes too',
  'option.downAll': 'All projects below a directory',
  'option.drain': 'How long clients may take to leave at the end (default 10)',
  'option.driver': 'Driver',
  'option.driverOpt': 'Option of the driver',
  'option.discover': 'The projects below a directory, running or not',
  'option.discoverExclude': 'With --all or --discover: files and folders to leave out, such as \'*.test.yml\'',
  'option.entrypoint': 'Replace the entrypoint; empty removes it',
  'option.env': 'Environment variable; without a value from the environment',
  'option.envFile': 'File with environment variables for the container',
  'option.exitCodeFrom': 'Stop everything when one container ends, and pass the exit code of this service on',
  'option.expose': 'Port that is not published',
  'option.filter': 'Only what matches',
  'option.followLink': 'Copy what a link at the source leads to',
  'option.format': 'table, json, a Go template, or table and one; the fields are those of docker',
  'option.formatList': 'Form of the list: a table, or JSON as docker compose prints it',
  'option.follow': 'Go on with what comes',
  'option.force': 'Also what is in use',
  'option.forceRecreate': 'Make every container anew',
  'option.gateway': 'Gateway of the subnet',
  'option.groupAdd': 'Additional group',
  'option.history': 'Print the lifecycle events of this history file, and end',
  'option.hostname': 'Host name of the container',
  'option.idsOnly': 'Only ids',
  'option.ignoreBuildable': 'Leave out images that can be built',
  'option.ignoreFailures': 'Exit code 0 also when some fail',
  'option.imagesAll': 'Also intermediate images',
  'option.includeDeps': 'Also what the services depend on',
  'option.index': 'Number of the container when the service has several',
  'option.init': 'Small init as PID 1',
  'option.interactive': 'Send stdin',
  'option.noInteractive': 'Do not send stdin',
  'option.internal': 'No way out of the network',
  'option.ip': 'IPv4 address on the network',
  'option.ip6': 'IPv6 address on the network',
  'option.ipRange': 'Range for addresses of containers',
  'option.ipc': 'IPC namespace',
  'option.ipv6': 'Addresses of IPv6 too',
  'option.killOrphans': 'Also containers of services that the file does not have any more',
  'option.label': 'Label',
  'option.loadInput': 'Archive; stdin when left out',
  'option.lsAll': 'Also projects of which nothing runs',
  'option.memory': 'Bound of memory, such as 512m',
  'option.memoryReservation': 'Memory that is kept under pressure',
  'option.memorySwap': 'Bound of memory and swap together; -1 for none',
  'option.message': 'What was changed',
  'option.metrics': 'Serve Prometheus metrics there, such as :9464 (on loopback unless the address says otherwise)',
  'option.name': 'Name of the container',
  'option.namesOnly': 'Only names',
  'option.network': 'Network to join, or bridge, host, none, container:NAME',
  'option.networkAlias': 'Further name on the network',
  'option.noAttach': 'Do not show the logs of this service',
  'option.noBuild': 'Build nothing',
  'option.noCache': 'Use no cache',
  'option.noCacheFilter': 'Stage that is built anew',
  'option.noDeps': 'Leave out what the services depend on',
  'option.noLogPrefix': 'No prefix before the lines',
  'option.noOrphans': 'Leave out containers of services that the file does not have any more',
  'option.commitPause': 'Freeze the container meanwhile, as is the default',
  'option.noPause': 'Do not freeze the container meanwhile',
  'option.noPrune': 'Keep parents without a name',
  'option.noRecreate': 'Keep containers also when their configuration changed',
  'option.noSignals': 'Keep signals to ourselves',
  'option.noStart': 'Create only',
  'option.noStdin': 'Send no stdin',
  'option.noStream': 'Once',
  'option.notInBuild': 'Refused: the builds of wherry do not have it',
  'option.provenance': 'Provenance attestation: true, false, or parameters such as mode=max',
  'option.noTrunc': 'Cut nothing',
  'option.noTty': 'No terminal',
  'option.pid': 'PID namespace: host or container:NAME',
  'option.pidsLimit': 'Bound of processes',
  'option.platform': 'Platform: os/arch[/variant]',
  'option.privileged': 'All rights of the host',
  'option.protocol': 'Protocol of the port; tcp is the default',
  'option.pruneAll': 'Also images with names',
  'option.pruneForce': 'Taken as docker takes it: nothing is asked in any case',
  'option.psAll': 'Also containers that ended',
  'option.psArgs': 'Options for ps, such as aux',
  'option.psServices': 'Only the names of services',
  'option.publish': 'Publish a port: [ip:][published:]target[/protocol]',
  'option.pull': 'When images are pulled',
  'option.pullPolicy': 'Pull always (the default), or only what is missing',
  'option.quietBuild': 'Do not show the output of builds',
  'option.quietPull': 'Do not show the layers of pulls',
  'option.raw': 'The engine\'s own record',
  'option.readOnly': 'Root file system read-only',
  'option.removeOrphans': 'Remove containers of services that the file does not have any more',
  'option.renewAnonVolumes': 'New anonymous volumes for new containers',
  'option.restart': 'Restart policy: no, always, unless-stopped, on-failure[:n]',
  'option.rm': 'Remove the container when it has ended',
  'option.rmStop': 'Stop running ones first',
  'option.rmVolumes': 'Remove their anonymous volumes too',
  'option.serviceAll': 'All projects below a directory',
  'option.serviceDown': 'Remove the containers when the unit stops, not only stop them',
  'option.serviceNow': 'Also start it now',
  'option.serveUp': 'First bring up all services that are not held',
  'option.servicePrint': 'Only print the unit',
  'option.serviceServe': 'Have it run `wherry serve --up`: scale to zero, jobs, restarts of what is unhealthy',
  'option.serviceStopNow': 'Also stop what it brought up',
  'option.serviceSystem': 'A unit of the machine (the default for root)',
  'option.serviceUser': 'A unit of your own service manager (the default for others)',
  'option.recordHistory': 'Also write lifecycle events to this file, which `events --history` reads',
  'option.rmi': 'Also remove images: all, or local for those that have no name of their own',
  'option.runBuild': 'Build the image of the service first',
  'option.runtime': 'OCI runtime',
  'option.saveOutput': 'File; stdout when left out',
  'option.scale': 'Number of containers of a service',
  'option.sbom': 'SBOM attestation: true, false, or parameters such as generator=IMAGE',
  'option.secret': 'Secret for the build',
  'option.securityOpt': 'Security option',
  'option.servicePorts': 'Publish the ports of the service',
  'option.shmSize': 'Size of /dev/shm',
  'option.signal': 'Signal; SIGKILL is the default',
  'option.since': 'From then on: a time, or a span before now such as 10m',
  'option.statsAll': 'Also containers that do not run',
  'option.status': 'Only containers with this status',
  'option.stopGrace': 'Seconds that stop waits before it kills',
  'option.stopSignal': 'Signal that stop sends',
  'option.stopTimeout': 'Seconds that stop waits before it kills',
  'option.subnet': 'Subnet',
  'option.sysctl': 'Kernel parameter',
  'option.tag': 'Name of the image; further ones are added',
  'option.tail': 'Only the last lines',
  'option.target': 'Stage to build',
  'option.timestamps': 'Show the time of each line',
  'option.tmpfs': 'Mount a tmpfs',
  'option.tty': 'Give it a terminal',
  'option.type': 'What the name means',
  'option.ulimit': 'Bound of the kernel',
  'option.until': 'Up to then',
  'option.useAliases': 'Answer to the names of the service in its networks',
  'option.user': 'User: name or uid[:gid]',
  'option.versionFormat': 'Form of the output',
  'option.versionShort': 'Only the number of the version',
  'option.volume': 'Mount: [source:]target[:options]',
  'option.wait': 'Wait until all services run and, with a health check, are healthy',
  'option.waitTimeout': 'Seconds for each health gate',
  'option.noEager': 'Leave health checks to the engine, also while a gate waits for them',
  'option.withDependencies': 'Also what the services depend on',
  'option.workdir': 'Working directory',
  'option.yes': 'Make volumes that differ from the file anew without asking; THEIR DATA IS LOST',
  'option.upAll': 'All projects below a directory, in the background',
  'option.menu': 'Keys while attached on a terminal: w watches files, d detaches (the default, unless COMPOSE_MENU says otherwise)',
  'option.noMenu': 'No keys while attached',
  'option.upWatch': 'Sync, rebuild and restart when files change, as `wherry watch`',
  'option.watchNoPrune': 'Keep the images that a rebuild took the name from',
  'option.watchNoUp': 'Do not build and start services first',
  'option.watchPrune': 'Remove the images that a rebuild took the name from (the default)',
  'output.lost': 'the output could not be written',
  'output.lostFix': 'check where stdout and stderr go: the result is not complete there',
  'plan.after': 'after {needs}',
  'plan.reason.config-changed': 'its configuration changed',
  'plan.reason.dependency-recreated': 'something that it depends on is made anew',
  'plan.reason.dependency-restarted': 'something that it depends on starts anew',
  'plan.reason.down': 'the project goes down',
  'plan.reason.forced': 'asked for',
  'plan.reason.image-changed': 'its image changed',
  'plan.reason.left-over': 'left over from an interrupted run',
  'plan.reason.missing': 'it is not there',
  'plan.reason.network-changed': 'a network of it is another one',
  'plan.reason.not-running': 'it does not run',
  'plan.reason.orphan': 'the file has no such service any more',
  'plan.reason.paused': 'it is paused',
  'plan.reason.scaled-down': 'one too many',
  'plan.reason.volume-changed': 'a volume of it is another one',
  'plan.unchanged': '{project} is as it should be: nothing to do',
  'plan.verb': 'plan shows up or down, not "{verb}"',
  'plan.verbFix': 'write `wherry plan up [SERVICE...]` or `wherry plan down`',
  'plan.wave': 'Wave {number}',
  'port.none': 'port {port} of {name} is not published',
  'port.noneFix': '`wherry port NAME` lists those that are',
  'progress.doing.build': 'building',
  'progress.doing.create': 'creating',
  'progress.doing.down': 'releasing',
  'progress.doing.keep': 'unchanged',
  'progress.doing.pull': 'pulling',
  'progress.doing.recreate': 'recreating',
  'progress.doing.remove': 'removing',
  'progress.doing.start': 'starting',
  'progress.doing.stop': 'stopping',
  'progress.doing.up': 'providing',
  'progress.done.build': 'built',
  'progress.done.create': 'started',
  'progress.done.down': 'released',
  'progress.done.keep': 'unchanged',
  'progress.done.pull': 'pulled',
  'progress.done.recreate': 'recreated',
  'progress.done.remove': 'removed',
  'progress.done.start': 'started',
  'progress.done.stop': 'stopped',
  'progress.done.up': 'provided',
  'progress.healthy': 'healthy',
  'progress.hook': '{name} {hook}: {line}',
  'progress.hookFailed': 'warning: {reason}',
  'progress.image': 'image {name}',
  'progress.locked': 'waiting: process {pid} works on {project}',
  'progress.made': 'created',
  'progress.model': 'model {name}',
  'progress.modelIs.configuring': 'configuring',
  'progress.modelIs.pulling': 'pulling',
  'progress.modelIs.ready': 'ready',
  'progress.network': 'network {name}',
  'progress.untilReady': 'started, not ready yet',
  'progress.volume': 'volume {name}',
  'progress.waiting': 'waiting',
  'progress.waitingFor': 'waiting for {names}',
  'prune.reclaimed': '{size} reclaimed',
  'publish.declined': 'nothing was published',
  'pull.skipped': '{service} is left out: {why}',
  'pull.toBuild': 'Some service image(s) must be built from source by running:\n    {program} build {services}',
  'pull.why.buildable': 'its image can be built',
  'pull.why.built': 'its image is only built',
  'pull.why.foreign': 'its image is not built here',
  'pull.why.policy': 'its pull policy is never, or build',
  'pull.why.present': 'it is there already',
  'pull.why.unnamed': 'its image has no name of its own',
  'rm.ask': 'Remove {names}?',
  'rm.kept': '{name} runs and is left alone; -s stops it first',
  'rm.nothing': 'there is no stopped container to remove',
  'run.notManual': 'the job {name} is not to be run by hand: its triggers say manual: false',
  'run.notManualFix': 'take manual: false off its triggers; `wherry serve` runs it by its schedule',
  'run.badEntrypoint': '"{text}" is no command line: a quote does not end',
  'run.envFileName': '{path}: "{name}" is not the name of a variable',
  'run.envFileNameFix': 'write NAME=VALUE lines, without export and without spaces before the =',
  'run.engineFix': 'services: {names}. For an image write `wherry run --engine IMAGE`',
  'run.onlyInProject': '{option} is for services of a project; here there is none',
  'scope.engineRefused': 'this command works on a project, and --engine says that there is none',
  'scope.noDirectory': 'the current directory does not exist any more',
  'scope.noDirectoryFix': 'go to one that does, with cd',
  'scope.noFile': 'there is no compose file in {directory} or above',
  'scope.noFileFix': 'write a compose.yaml, or name a file with -f',
  'scope.noNameFix': 'name the project with -p, or a file with -f; `wherry ls -a` lists the projects',
  'serve.cutting': 'cutting',
  'serve.draining': '{count, plural, =0 {stopping} one {# client is connected: waiting for it to leave (Ctrl-C again cuts it)} other {# clients are connected: waiting for them to leave (Ctrl-C again cuts them)}}',
  'serve.failed': 'failed: {reason}',
  'serve.found': 'up',
  'serve.gone': 'stopped by somebody else: {reason}',
  'serve.jobEnded': 'ended with exit code {code} after {time}',
  'serve.jobFailed': 'did not run: {reason}',
  'serve.jobMissed': 'not run for {due}: it was missed',
  'serve.jobPlanned': 'runs next at {due}',
  'serve.jobRunning': 'not run for {due}: the last run is not over',
  'serve.jobStarted': 'runs (planned for {due})',
  'serve.listening': 'listens on {address} for {port}',
  'serve.metrics': 'metrics: {url}',
  'serve.refused': 'turned a client away: {reason}',
  'serve.refusedMore': 'turned {count, plural, one {# more client} other {# more clients}} away: {reason}',
  'serve.replaced': 'a new container is ready: clients go there, the old one stops when they have left it',
  'serve.starting': 'starts',
  'serve.stopped': 'stopped',
  'serve.stopping': 'stops',
  'serve.stoppingBecause': 'stops: {reason}',
  'serve.takenOver': 'stopped, since the engine had its ports',
  'serve.up': 'up after {time}',
  'serve.upIsAll': '--up is about the whole project: name no services with it',
  'service.password': 'the name of the compose file has a password, which would stand in the unit',
  'service.passwordFix': 'take it out, and let a credential helper of git know it',
  'service.absent': '{path} is not there',
  'service.changed': '{path} was changed',
  'service.created': '{path} starts with the machine from now on',
  'service.directoryOfAll': 'a directory goes with --all; the project here needs none',
  'service.disabled': 'disabled',
  'service.enabled': 'enabled',
  'service.file.absent': 'not installed',
  'service.file.current': 'installed',
  'service.file.outdated': 'installed with other options',
  'service.linger': 'it starts when {user} logs in; at boot after: loginctl enable-linger {user}',
  'service.removed': '{path} was removed; what runs goes on',
  'service.removedNow': '{path} was removed, and what it kept up was stopped',
  'service.status': '{name}: {file}, {enabled}, {active}',
  'service.nothingToServe': '{project} has nothing that wherry serve would do: no service that scales to zero, no job with a schedule, nothing that restarts when unhealthy',
  'service.stdin': 'a compose file from standard input is not there after a reboot',
  'service.unchanged': '{path} is as it was',
  'service.unknown': 'unknown (no systemd runs here)',
  'silence.badLimit': 'WHERRY_ENGINE_TIMEOUT is {text}, but must be 0 or more',
  'silence.began': 'the engine at {address} has not answered since {time}',
  'silence.ended': 'the engine at {address} answers again, after {time}',
  'silence.forEver': 'it is waited for',
  'silence.until': 'it is waited for, {time} in all (WHERRY_ENGINE_TIMEOUT)',
  'silence.why': ' ({reason})',
  'start.nothing': '{project} has no container to start',
  'start.nothingFix': '`wherry up -d` makes them',
  'target.didYouMean': 'did you mean {name}?',
  'target.noNumber': 'service "{service}" is not running container #{index} in the project {project}',
  'target.unknown': 'the project {project} has no service {name}, and the engine no container of that name',
  'target.unknownFix': 'services: {names}',
  'target.unknownFixNone': '`wherry ps -a --engine` lists the containers of the engine',
  'target.noContainer': '{service} has no such container in the project {project}',
  'target.noContainerFix': '`wherry up -d {service}` makes one',
  'terminal.none': 'cannot attach stdin to a TTY-enabled container because stdin is not a terminal',
  'terminal.noneFix': 'leave out -t (-T in a project)',
  'time.ago': '{span} ago',
  'time.days': '{count, plural, one {# day} other {# days}}',
  'time.hours': '{count, plural, one {About an hour} other {# hours}}',
  'time.instant': 'Less than a second',
  'time.minutes': '{count, plural, one {About a minute} other {# minutes}}',
  'time.months': '{count, plural, one {# month} other {# months}}',
  'time.seconds': '{count, plural, one {# second} other {# seconds}}',
  'time.unknown': '-',
  'time.weeks': '{count, plural, one {# week} other {# weeks}}',
  'time.years': '{count, plural, one {# year} other {# years}}',
  'menu.detach': 'd detach',
  'menu.stop': 'Ctrl-C stop',
  'menu.unwatch': 'w stop watching',
  'menu.watch': 'w watch',
  'unhealthy.givenUp': '{name} is still unhealthy after {count, plural, one {# restart} other {# restarts}} ({reason}): it is left alone. See: wherry logs {service}',
  'unhealthy.restarted': '{name} was unhealthy ({reason}): restarted, {attempt} of {max}',
  'unhealthy.restartFailed': '{name} is unhealthy and could not be restarted: {reason}',
  'unhealthy.watched': 'restarted when unhealthy: {services}',
  'up.answers': '{name} answers at {url}',
  'up.aborting': 'a container ended: stopping the others',
  'up.detached': '{project} goes on',
  'up.change.recreated': 'recreated',
  'up.change.restarted': 'restarted',
  'up.changed': '✓ {state} ({change})',
  'up.done': '{project} is up ({time}). Stop it with: {command}',
  'up.exited': '{name} exited with code {code}',
  'up.restarting': '{name} exited with code {code} (restarting)',
  'up.fetched': '{project} was fetched to {directory}',
  'up.failed': '{project} is not up. What was started goes on; remove it with: {command}',
  'up.good': '✓ {state}',
  'up.killing': 'killing',
  'up.replaceVolume': 'The volume {name} differs from what the file says. Make it anew? ITS DATA IS LOST',
  'up.state.completed': 'completed',
  'up.state.created': 'created',
  'up.state.healthy': 'healthy',
  'up.state.running': 'running',
  'up.state.started': 'started',
  'up.status.degraded': '! degraded',
  'up.status.discovered': '✓ found',
  'up.status.distributed': '✓ placed',
  'up.status.failed': '✗ failed',
  'up.status.remote': '✓ remote',
  'up.status.skipped': '– skipped',
  'up.stopping': 'stopping (Ctrl-C again kills)',
  'usage.didYouMean': 'did you mean `wherry {name}`?',
  'usage.excessArgument': '{command} does not take "{argument}"',
  'usage.excludes': '{a} and {b} exclude each other',
  'usage.imageNeeded': 'name an image',
  'usage.missingArgument': '{command} needs <{argument}>',
  'usage.nameNeeded': 'name a container',
  'usage.nameNeededFix': 'inside a project no name means all its services; here there is none',
  'usage.noSuchService': 'no such service: {name}',
  'usage.once': '{name} can be given only once',
  'usage.seeHelp': 'see `wherry {command} --help`',
  'usage.seeHelpOfAll': 'see `wherry --help`',
  'usage.services': 'services: {names}',
  'usage.unknownCommand': 'there is no command "{name}"',
  'value.filters': 'filters: {names}',
  'value.notChoice': '"{text}" is none of {names}',
  'value.notFilter': '"{text}" is no filter of this command',
  'value.notOptionChoice': '{option}: "{text}" is none of {names}',
  'value.notNumber': '"{text}" is not a whole number',
  'value.notPort': '"{text}" is not a port to publish',
  'value.notPortFix': 'write [ip:][published:]target[/tcp|udp|sctp], such as 8080:80',
  'value.notRestart': '"{text}" is not a restart policy',
  'value.notScale': '"{text}" is not SERVICE=NUMBER',
  'value.notTime': '"{text}" is not a time',
  'value.tmpfsOption': '"{option}" is no option of a tmpfs',
  'value.notUlimit': '"{text}" is not NAME=SOFT[:HARD]',
  'value.notVariable': '"{text}" is not NAME=VALUE',
  'value.notVolume': '"{text}" is not a mount',
  'value.notVolumeFix': 'write [source:]target[:options], such as ./data:/data:ro',
  'value.notVolumeOption': '{text}: "{option}" is not an option of a mount',
  'value.unequalRanges': '{text}: the two ranges of ports differ in length',
  'version.engine': 'engine',
  'version.inPlace': 'by wherry {wherry}',
  'version.engineLine': '{version} (API {api}, {platform}, {address})',
  'version.noEngine': 'none answers; `wherry doctor` tells why',
  'wait.ended': 'container "{id}" exited with status code {code}',
  'warning': 'warning:',
  'watch.disabled': 'watch disabled',
  'watch.enabled': 'watch enabled: {services}',
  'watch.executing': 'executing in {service}: {command}',
  'watch.failed': '{service}: {message}',
  'watch.rebuilding': 'rebuilding {service} after changes',
  'watch.rebuilt': '{service} is rebuilt',
  'watch.restarted': '{service} is restarted',
  'watch.retrying': '{service}: {message}; trying again until it works',
  'watch.syncing': 'syncing {service} after {count, plural, one {# change} other {# changes}}',
};
