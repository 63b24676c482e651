await AspNetCore.ShapesApp.Create(args).RunAsync();
