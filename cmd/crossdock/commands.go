package main

import "github.com/spf13/cobra"

// commands are all of them, in the order in which help shows them.
func commands() []*cobra.Command {
	return []*cobra.Command{
		demoCommand(), serveCommand(), ratesCommand(), buyCommand(), labelCommand(), trackCommand(), claimCommand(), mappingCommand(), inboundCommand(), channelsCommand(),
		mandatesCommand(), quotaCommand(), legsCommand(), sandboxCommand(), webhooksCommand(), callbacksCommand(), keysCommand(), doctorCommand(),
	}
}
